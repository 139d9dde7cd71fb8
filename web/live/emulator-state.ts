import { effect, signal } from '@preact/signals'
import { isSignedOut } from '../api/call.js'
import { type Clock, readClock } from '../api/clock.js'
import { type ArmedFault, listFaults } from '../api/faults.js'
import { type Account, listAccounts, listSites, type Site } from '../api/scopes.js'
import { scope, scopeQuery } from '../routing/scope.js'

const everyMs = 5_000

/** What the header shows of the emulator besides its calls; undefined until it is known. */
export const clock = signal<Clock | undefined>(undefined)
/** Those that can still speak: one that has spoken as often as it was to is listed by the emulator, but armed no more. */
export const armedFaults = signal<readonly ArmedFault[]>([])
export const accounts = signal<readonly Account[]>([])
export const sites = signal<readonly Site[]>([])

let timer: ReturnType<typeof setTimeout> | undefined

/** Asks anew now, and every few seconds while the page is seen. Call it where a view has changed clock, faults or accounts. */
export async function refreshState(): Promise<void> {
  clearTimeout(timer)
  timer = setTimeout(refreshState, everyMs)
  if (document.hidden || isSignedOut.peek()) return
  const query = scopeQuery(scope.peek())
  const [time, faults, joor, jirafe] = await Promise.all([
    readClock(query),
    listFaults(query),
    listAccounts(),
    listSites(),
  ])
  if ('value' in time) clock.value = time.value
  if ('value' in faults)
    armedFaults.value = faults.value.faults.filter(({ times, hits }) => times === null || hits < times)
  if ('value' in joor) accounts.value = joor.value.accounts
  if ('value' in jirafe) sites.value = jirafe.value.sites
}

/** Begins to ask; what the scope names, and who is signed in, changes what is told. */
export function watchState(): void {
  effect(() => {
    void scope.value
    void isSignedOut.value
    void refreshState()
  })
  document.addEventListener('visibilitychange', () => void refreshState())
}
