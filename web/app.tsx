import { useEffect } from 'preact/hooks'
import { isSignedOut } from './api/call.js'
import { Confirm } from './parts/confirm.js'
import { Empty } from './parts/empty.js'
import { Toasts } from './parts/toast.js'
import { go, route } from './routing/route.js'
import { addressInScope } from './routing/scope.js'
import { Header } from './shell/header.js'
import { Shortcuts, useShortcuts } from './shell/shortcuts.js'
import { SignIn } from './shell/sign-in.js'
import { views } from './views/views.js'

const toViews = views.map(({ name, title }, index) => ({
  key: String(index + 1),
  says: title,
  act: () => go(addressInScope(name)),
}))

export function App() {
  const { view: named, rest } = route.value
  const view = named === '' ? views[0] : views.find(({ name }) => name === named)
  useShortcuts(toViews)
  useEffect(() => {
    document.title = view === undefined ? 'Backstock' : `${view.title} · Backstock`
  }, [view])
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Header current={view?.name ?? ''} />
      <main id="main" tabIndex={-1}>
        {isSignedOut.value ? (
          <SignIn />
        ) : view === undefined ? (
          <>
            <h1 class="unseen">Backstock</h1>
            <Unknown name={named} />
          </>
        ) : (
          <>
            <h1 class="unseen">{view.title}</h1>
            <view.show rest={rest} />
          </>
        )}
      </main>
      <Shortcuts />
      <Confirm />
      <Toasts />
    </>
  )
}

function Unknown({ name }: { readonly name: string }) {
  return (
    <Empty title={`There is no view ${name}.`}>
      <p>Right is one of those above.</p>
    </Empty>
  )
}
