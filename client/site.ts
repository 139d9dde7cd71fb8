import type { ControlPlane } from './control-plane.js'
import type { CostFilter, EventFilter, ForkDocument, LevelFilter, LevelRow, SiteDocument } from './documents.js'
import type { Comparison, Cost, Level, SiteEvent, SiteLine } from './replies.js'
import { type Scope, scopeOf } from './scope.js'
import { demandState, leave, type StateOptions } from './standing.js'

/** A Jirafe site that was declared: what its client needs, and what it is asked and told. */
export interface Site extends Scope {
  /** Its id, as it stands in the path. */
  readonly name: string
  readonly token: string
  /** The header that its client sends. */
  readonly authorization: string
  /** The replacement for `https://event.jirafe.com`. */
  readonly baseUrl: string
  levels(filter?: LevelFilter): Promise<readonly Level[]>
  costs(filter?: CostFilter): Promise<readonly Cost[]>
  /** The last accepted events of each type, newest first. */
  events(filter?: EventFilter): Promise<readonly SiteEvent[]>
  /** Holds a table against the levels. Rejected with UnmetError, which names the rows, where they differ. */
  verifyState(rows: readonly LevelRow[], options?: StateOptions): Promise<Comparison>
  /** A site of its own with the same state, which it keeps as its snapshot `as-forked`. */
  fork(as?: ForkDocument): Promise<Site>
  /** Back to what it was declared with or, of a fork, to what it began with. */
  reset(): Promise<void>
  /** Removes it with what is armed and set for it, and its snapshots; its calls stay in the journal. */
  remove(): Promise<void>
}

/** A site as it is to be declared. */
export interface SiteOptions extends SiteDocument {
  /** Left out: a new one. A site that has it already is replaced. */
  readonly name?: string
}

type Declared = SiteLine & { readonly token?: string }

export async function declareSite(plane: ControlPlane, name: string, document: SiteDocument): Promise<Site> {
  const declared = await plane.call<Declared>('PUT', pathOf(name), { body: document })
  // It is made and told where none was given.
  const token = document.token ?? declared.token ?? ''
  return siteOf(plane, name, token, async () => {
    await plane.call('PUT', pathOf(name), { body: { ...document, token } })
  })
}

const forked = 'as-forked'

async function forkSite(plane: ControlPlane, origin: string, as: ForkDocument): Promise<Site> {
  const fork = await plane.call<Declared>('POST', `${pathOf(origin)}/fork`, { body: as })
  const site = siteOf(plane, fork.site, as.token ?? fork.token ?? '', async () => {
    await site.restore(forked)
  })
  await site.snapshot(forked)
  return site
}

function siteOf(plane: ControlPlane, name: string, token: string, reset: () => Promise<void>): Site {
  const of = { site: name }
  const path = pathOf(name)
  const scope = scopeOf(plane, of)
  return {
    ...scope,
    name,
    token,
    authorization: `Bearer ${token}`,
    baseUrl: plane.url,
    levels: (filter = {}) => plane.list(`${path}/levels`, 'levels', { ...filter }),
    costs: (filter = {}) => plane.list(`${path}/costs`, 'costs', { ...filter }),
    async events(filter = {}) {
      return (await plane.call<{ events: SiteEvent[] }>('GET', `${path}/events`, { query: { ...filter } })).events
    },
    verifyState: (rows, options) => demandState(plane, of, rows, options),
    fork: (as = {}) => forkSite(plane, name, as),
    reset,
    remove: () => leave(plane, path, scope),
  }
}

const pathOf = (name: string) => `jirafe/sites/${encodeURIComponent(name)}`
