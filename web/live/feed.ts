import { computed, effect, signal } from '@preact/signals'
import { isSignedOut } from '../api/call.js'
import { route } from '../routing/route.js'
import { scope, scopeQuery } from '../routing/scope.js'
import { RequestFeed } from './request-feed.js'

/** What `GET requests` filters by, besides the account or site. */
export const filterNames = [
  'vendor',
  'operation',
  'method',
  'path',
  'status',
  'outcome',
  'violations',
  'since',
] as const
export type FilterName = (typeof filterNames)[number]

/** The page's one feed: what the address filters by in the view Requests, all calls of the scope in every other one. */
export const feed = signal<RequestFeed | undefined>(undefined)

/** The id of the newest call that the feed has: a view whose content calls change asks anew when it changes. */
export const newestCall = computed(() => feed.value?.lines.value[0]?.id)

const filter = computed(() => {
  const query = scopeQuery(scope.value)
  const { view, query: given } = route.value
  if (view === 'requests')
    for (const name of filterNames) {
      const value = given.get(name)
      if (value !== null && value !== '') query.set(name, value)
    }
  return query.toString()
})

/** Opens the feed, and another one whenever the address asks for other calls. */
export function watchFeed(): void {
  effect(() => {
    const query = new URLSearchParams(filter.value)
    if (isSignedOut.value) return
    const opened = new RequestFeed(query)
    feed.value = opened
    return () => opened.close()
  })
}
