import { computed, signal } from '@preact/signals'

/** Where the views stand: `/_backstock/ui/requests/ID?account=brand` is the view `requests` with `ID` as its rest. */
const base = '/_backstock/ui/'

export interface Route {
  /** The name of the view; empty where none is named. */
  readonly view: string
  /** The segments behind it, decoded. */
  readonly rest: readonly string[]
  readonly query: URLSearchParams
}

const here = signal(`${location.pathname}${location.search}`)
addEventListener('popstate', () => {
  here.value = `${location.pathname}${location.search}`
})

export const route = computed((): Route => readRoute(here.value))

export function readRoute(address: string): Route {
  const [path = '', search = ''] = address.split('?', 2)
  const [view = '', ...rest] = path.startsWith(base) ? path.slice(base.length).split('/').map(decode) : []
  return { view, rest: rest.filter((segment) => segment !== ''), query: new URLSearchParams(search) }
}

/** A person may type a stray percent sign into the address. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** The address of a view. The query is written as given: hand in the whole of what is to stay. */
export function addressOf(view: string, rest: readonly string[] = [], query = new URLSearchParams()): string {
  const path = [view, ...rest].map(encodeURIComponent).join('/')
  const search = query.toString()
  return search === '' ? `${base}${path}` : `${base}${path}?${search}`
}

export function go(address: string, { replace = false } = {}): void {
  if (address === here.peek()) return
  if (replace) history.replaceState(null, '', address)
  else history.pushState(null, '', address)
  here.value = address
}

/** Sets parameters of the address, and takes away those that are undefined or empty; the page stays the same one in the history. */
export function setQuery(changes: Readonly<Record<string, string | undefined>>): void {
  const { view, rest, query } = route.peek()
  const next = new URLSearchParams(query)
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === '') next.delete(name)
    else next.set(name, value)
  }
  go(addressOf(view, rest, next), { replace: true })
}
