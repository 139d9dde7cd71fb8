import express from 'express'
import { vi } from 'vitest'
import type { Emulator, EmulatorOptions } from '../server/emulator.js'
import { startTestEmulator } from './emulator.js'

export interface Route {
  readonly path: string
  readonly methods: readonly string[]
}

/** An emulator, and the routes that its control plane was built of: noted while it builds them. */
export async function withRoutes(
  options: EmulatorOptions = {},
): Promise<{ emulator: Emulator; routes: readonly Route[] }> {
  const own = new Map<unknown, { path: string; route: { stack: { method?: string }[] } }[]>()
  const mounted = new Map<unknown, { path: string; router: unknown }[]>()
  const { route, use } = express.Router.prototype
  vi.spyOn(express.Router.prototype, 'route').mockImplementation(function (this: unknown, given: unknown) {
    // Express takes patterns too; the control plane's paths are all texts.
    const path = String(given)
    const made = route.call(this, path)
    own.set(this, [...(own.get(this) ?? []), { path, route: made }])
    return made
  })
  vi.spyOn(express.Router.prototype, 'use').mockImplementation(function (this: unknown, ...given: unknown[]) {
    const path = typeof given[0] === 'string' ? given[0] : ''
    const routers = given.filter((each) => typeof each === 'function').map((router) => ({ path, router }))
    mounted.set(this, [...(mounted.get(this) ?? []), ...routers])
    return use.apply(this, given)
  })
  const emulator = await startTestEmulator(options)
  vi.restoreAllMocks()
  const below = (router: unknown, start: string): readonly Route[] => [
    ...(own.get(router) ?? []).map((each) => ({
      path: `${start}${each.path}`.replace(/(?<=.)\/$/, ''),
      methods: [...new Set(each.route.stack.map(({ method = 'all' }) => method))],
    })),
    ...(mounted.get(router) ?? []).flatMap((each) => below(each.router, `${start}${each.path}`)),
  ]
  const inner = new Set([...mounted.values()].flat().map(({ router }) => router))
  const roots = [...mounted.keys()].filter((router) => !inner.has(router))
  return { emulator, routes: roots.flatMap((router) => below(router, '')) }
}
