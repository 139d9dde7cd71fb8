import { useEffect, useState } from 'preact/hooks'
import { Link } from '../routing/link.js'
import { addressInScope } from '../routing/scope.js'
import { views } from '../views/views.js'
import { ConnectionState, Interference } from './indicators.js'
import { ScopePicker } from './scope-picker.js'
import { showShortcuts } from './shortcuts.js'
import { ThemeSwitch } from './theme-switch.js'

export function Header({ current }: { readonly current: string }) {
  const [isOpen, setOpen] = useState(false)
  // On a phone the menu is done with when somebody has followed a link of it.
  useEffect(() => setOpen(false), [current])
  return (
    <header class="header">
      <Link class="brand" to={addressInScope('requests')}>
        Backstock
      </Link>
      <button
        type="button"
        class="menu"
        aria-expanded={isOpen}
        aria-controls="navigation"
        onClick={() => setOpen(!isOpen)}
      >
        Menu
      </button>
      <nav id="navigation" aria-label="Views" data-open={isOpen}>
        {views.map(({ name, title }) => (
          <Link key={name} to={addressInScope(name)} current={name === current}>
            {title}
          </Link>
        ))}
      </nav>
      <div class="state">
        <Interference />
        <ConnectionState />
      </div>
      <div class="tools">
        <ScopePicker />
        <ThemeSwitch />
        <button type="button" onClick={showShortcuts} aria-label="Keys" title="Keys: ?">
          ?
        </button>
      </div>
    </header>
  )
}
