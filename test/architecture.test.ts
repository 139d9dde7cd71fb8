import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

/** Files by their path from the project's root, each with the files that it imports. */
type Graph = ReadonlyMap<string, readonly string[]>

/** Files that match `from` import nothing that matches `never`. */
interface Direction {
  readonly says: string
  readonly from: RegExp
  readonly never: RegExp
}

const root = fileURLToPath(new URL('..', import.meta.url))

/** The vendors' rooms: a folder with operations is one, so a new vendor is held by the same directions. */
const rooms = readdirSync(join(root, 'server')).filter((name) =>
  existsSync(join(root, 'server', name, 'operations.ts')),
)
/** The dashboard's views: a folder each. */
const views = readdirSync(join(root, 'web/views'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
const anyRoom = `(?:${rooms.join('|')})`

const outside =
  '^server/(?:(?:cli|process|compile-cache)\\.ts|commands/|emulator\\.ts|control/|http/|(?:listen|in-process)\\.ts|serve\\.ts'
const directions: readonly Direction[] = [
  { says: 'the rule book imports nothing but itself', from: /^contracts\/rules\//, never: /^(?!contracts\/rules\/)/ },
  ...rooms.map((room) => ({
    says: `the room ${room} knows nothing of another vendor's`,
    from: new RegExp(`^server/${room}/`),
    never: new RegExp(`^server/(?!${room}/)${anyRoom}/`),
  })),
  ...views.map((view) => ({
    says: `the view ${view} knows nothing of another view`,
    from: new RegExp(`^web/views/${view}/`),
    never: new RegExp(`^web/views/(?!${view}/)|^web/(?:app|main)\\.tsx`),
  })),
  {
    says: 'the adapter is handed its operations and knows no vendor',
    from: /^server\/(?:http\/|listen\.ts)/,
    never: new RegExp(`^server/(?:${anyRoom}|control|commands)/|^server/(?:emulator|cli|process)\\.ts`),
  },
  {
    says: 'the proxy hands connections on, and knows neither operations, storage nor who serves them',
    from: /^server\/intercept\//,
    never: new RegExp(
      `^server/(?:${anyRoom}|control|commands|journal)/|^server/(?:emulator|serve|listen|cli|process)\\.ts|^server/state/(?!store\\.ts)`,
    ),
  },
  {
    says: 'whatever serves knows of no proxy',
    from: /^server\/(?:http|control|state|wire|journal|faults)\/|^server\/(?:serve|listen)\.ts/,
    never: /^server\/intercept\//,
  },
  {
    says: 'the pipeline knows neither vendor, adapter nor storage',
    from: /^server\/serve\.ts/,
    never: new RegExp(
      `^server/(?:${anyRoom}|control|commands|http)/|^server/(?:emulator|cli|process)\\.ts|^server/state/(?:memory|file|postgres)`,
    ),
  },
  {
    says: 'a room imports rules, findings and state types only, and no storage',
    from: new RegExp(`^server/${anyRoom}/`),
    never: new RegExp(`${outside}|journal/|state/(?:(?:memory|file|commit|table)\\.ts|postgres/))`),
  },
  {
    says: 'the state knows nothing above it',
    from: /^server\/state\//,
    never: /^(?!server\/state\/|server\/(?:settings|entry-of|recent-map|slices|turns|with-one-more)\.ts$)/,
  },
  {
    says: 'what replicas share is state, clocks, ids, faults and the journal: neither vendor nor way in',
    from: /^server\/replicas\//,
    never: new RegExp(`${outside}|${anyRoom}/)`),
  },
  {
    says: 'conduct knows what is told of calls, and neither rooms nor the way in',
    from: /^server\/conduct\//,
    never: new RegExp(`${outside}|${anyRoom}/|faults/|state/(?:(?:memory|file)\\.ts|postgres/))`),
  },
  {
    says: 'the journal knows entries, findings and state types only',
    from: /^server\/journal\//,
    never: new RegExp(`${outside}|${anyRoom}/|state/(?:(?:memory|file)\\.ts|postgres/))`),
  },
  {
    says: 'a report is written from findings, entry types and the rule book, and from nothing else',
    from: /^server\/report\//,
    never:
      /^(?!contracts\/rules\/|server\/(?:report|wire)\/|server\/(?:counted|findings|levels|printable|rule-list)\.ts$|server\/journal\/(?:entry|broken-rule)\.ts$)/,
  },
  {
    says: 'payloads are checked by the rooms, without a store, a journal or a way in',
    from: /^server\/check\//,
    never: new RegExp(`${outside}|journal/(?!broken-rule|kept)|state/(?:(?:memory|file|commit|table)\\.ts|postgres/))`),
  },
  {
    says: 'the control plane knows rooms and state types, not the way in',
    from: /^server\/control\//,
    never:
      /^server\/(?:http|commands)\/|^server\/(?:serve|listen|emulator|cli|process)\.ts|^server\/state\/(?:memory|file)/,
  },
  {
    says: 'what reads the wire knows no vendor and no state',
    from: /^server\/wire\//,
    never: new RegExp(`${outside}|${anyRoom}/|state/|journal/)`),
  },
  {
    says: 'what matches calls knows no vendor and no storage: the operations are handed in',
    from: /^server\/matching\//,
    never: new RegExp(`${outside}|${anyRoom}/|state/(?:(?:memory|file|commit|table)\\.ts|postgres/))`),
  },
  {
    says: 'faults know operations, matches and state types, and neither vendor nor storage',
    from: /^server\/faults\//,
    never: new RegExp(`${outside}|${anyRoom}/|journal/|state/(?:(?:memory|file|commit|table)\\.ts|postgres/))`),
  },
  {
    says: 'a trial knows faults, calls and changes, and neither vendor nor storage',
    from: /^server\/trial\//,
    never: new RegExp(`${outside}|${anyRoom}/|state/(?:(?:memory|file|commit|table)\\.ts|postgres/))`),
  },
  {
    says: 'coverage knows entries, faults, levels and the rule book, and neither vendor, storage nor way in',
    from: /^server\/coverage\//,
    never: new RegExp(`${outside}|verify/|${anyRoom}/|state/(?:(?:memory|file|commit|table)\\.ts|postgres/))`),
  },
  {
    says: 'metrics know entries and figures that are handed in, and neither vendor, storage nor way in',
    from: /^server\/metrics\//,
    never: new RegExp(`${outside}|verify/|${anyRoom}/|state/(?:(?:memory|file|commit|table)\\.ts|postgres/))`),
  },
  {
    says: "what verifies judges by readers of its own, never by the emulator's",
    from: /^server\/verify\//,
    never: new RegExp(
      `^server/(?:${anyRoom}|wire|state|journal|control|http|commands)/|^server/(?:serve|emulator|operation)\\.ts`,
    ),
  },
  {
    says: 'the client knows the control plane over HTTP only',
    from: /^client\//,
    never: /^(?!client\/)/,
  },
  {
    says: 'the dashboard knows the control plane over HTTP only',
    from: /^web\//,
    never: /^(?!web\/)/,
  },
  {
    says: 'what the views of the dashboard are made of knows no view',
    from: /^web\/(?:api|parts|routing|live)\//,
    never: /^web\/(?:views|shell)\//,
  },
  { says: 'nothing of the emulator needs its dashboard', from: /^(?!web\/)/, never: /^web\// },
  { says: 'the client needs no runner', from: /^client\/(?!runners\/)/, never: /^client\/runners\// },
  { says: 'nothing of the emulator needs its client', from: /^(?:server|contracts)\//, never: /^client\// },
  {
    says: 'the reference models know nothing of what they are held against',
    from: /^test\/model\//,
    never: /^(?:server|contracts)\//,
  },
  {
    says: 'the sample connector knows the package as its users do',
    from: /^test\/connector\//,
    never: /^(?!test\/connector\/)/,
  },
  {
    says: 'only the program imports its commands',
    from: /^(?!server\/(?:process\.ts|commands\/))/,
    never: /^server\/commands\//,
  },
  {
    says: 'the reference is written from what runs, and nothing that runs knows it',
    from: /^server\/(?!reference\/)/,
    never: /^server\/reference\//,
  },
  {
    says: 'the doctor looks at what a start is given, and nothing that runs knows it',
    from: /^server\/(?!commands\/|doctor\/)/,
    never: /^server\/doctor\//,
  },
  {
    says: 'only a command puts the emulator before a real API',
    from: /^server\/(?!commands\/|drift\/)/,
    never: /^server\/drift\//,
  },
  {
    says: 'what compares with a real API knows no storage, no control plane and not who starts it',
    from: /^server\/drift\//,
    never:
      /^server\/(?:control|commands)\/|^server\/(?:emulator|listen|cli|process)\.ts|^server\/state\/(?!store\.ts|rows\.ts)/,
  },
  { says: 'nothing imports the program', from: /./, never: /^server\/cli\.ts/ },
  {
    says: 'only the program imports what touches the process',
    from: /^(?!server\/(?:cli|process)\.ts)/,
    never: /^server\/(?:process|compile-cache)\.ts/,
  },
  { says: 'only a command starts an emulator', from: /^server\/(?!commands\/)/, never: /^server\/emulator\.ts/ },
  {
    says: 'the product imports no test and no bench',
    from: /^(?:server|contracts|client)\//,
    never: /^(?:test|bench)\//,
  },
]

/** Every import that goes the wrong way, as a sentence with both files. */
function wrongWays(graph: Graph): readonly string[] {
  return [...graph].flatMap(([file, imports]) =>
    directions.flatMap(({ says, from, never }) =>
      from.test(file)
        ? imports.filter((imported) => never.test(imported)).map((imported) => `${file} imports ${imported}: ${says}`)
        : [],
    ),
  )
}

/** The first cycle of each file that has one, as the way around. */
function cycles(graph: Graph): readonly string[] {
  const found: string[] = []
  const done = new Set<string>()
  const visit = (file: string, way: readonly string[]) => {
    const start = way.indexOf(file)
    if (start >= 0) return void found.push([...way.slice(start), file].join(' -> '))
    if (done.has(file)) return
    for (const imported of graph.get(file) ?? []) visit(imported, [...way, file])
    done.add(file)
  }
  for (const file of graph.keys()) visit(file, [])
  return found
}

/** What stands behind `from` and in `import(…)`, types too: a type from above is knowledge of what is above. */
function importsOf(file: string, text: string): readonly string[] {
  const found = text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']*)'/g)
  return [...found].map(([, path = '']) => {
    const source = relative(root, join(root, dirname(file), path)).replace(/\.js$/, '.ts')
    return existsSync(join(root, `${source}x`)) ? `${source}x` : source
  })
}

function readGraph(): Graph {
  const files = ['server', 'contracts', 'client', 'web', 'test/model', 'test/connector'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.tsx?$/.test(path))
      .map((path) => join(folder, path)),
  )
  return new Map(files.map((file) => [file, importsOf(file, readFileSync(join(root, file), 'utf8'))]))
}

describe('The import directions', () => {
  const graph = readGraph()

  it('hold the rooms of both vendors', () => {
    expect(rooms).toEqual(['jirafe', 'joor'])
  })

  it('are looked at in every file, and every import leads to one', () => {
    expect(graph.size).toBeGreaterThan(50)
    expect(graph.get('server/cli.ts')).toContain('server/process.ts')
    expect(graph.get('server/state/memory.ts')).toContain('server/state/commit.ts')
    expect([...graph.values()].flat().filter((imported) => !/\.css$/.test(imported) && !graph.has(imported))).toEqual(
      [],
    )
  })

  it('are kept by every file', () => {
    expect(wrongWays(graph)).toEqual([])
  })

  it('lead in no circle', () => {
    expect(cycles(graph)).toEqual([])
  })
})

describe('A planted fault', () => {
  it.each([
    ['server/joor/rules.ts', 'server/jirafe/rules.ts'],
    ['server/jirafe/read.ts', 'server/joor/read.ts'],
    ['server/serve.ts', 'server/joor/operations.ts'],
    ['server/conduct/overwrites.ts', 'server/joor/item.ts'],
    ['server/http/adapter.ts', 'server/jirafe/operations.ts'],
    ['server/intercept/tunnels.ts', 'server/joor/operations.ts'],
    ['server/intercept/interceptor.ts', 'server/emulator.ts'],
    ['server/http/origin.ts', 'server/intercept/tunnel.ts'],
    ['contracts/rules/joor.ts', 'server/findings.ts'],
    ['server/state/store.ts', 'server/joor/catalog.ts'],
    ['server/state/draft.ts', 'server/control/rows.ts'],
    ['server/joor/rules.ts', 'server/state/memory.ts'],
    ['server/commands/why.ts', 'server/cli.ts'],
    ['server/commands/start.ts', 'server/process.ts'],
    ['server/emulator.ts', 'server/compile-cache.ts'],
    ['server/serve.ts', 'test/strict-store.ts'],
    ['server/faults/specs.ts', 'server/joor/operations.ts'],
    ['server/faults/armed.ts', 'server/http/adapter.ts'],
    ['server/coverage/coverage.ts', 'server/verify/cases.ts'],
    ['server/metrics/meter.ts', 'server/http/connection.ts'],
    ['server/emulator.ts', 'server/doctor/diagnosis.ts'],
    ['client/account.ts', 'server/state/store.ts'],
    ['client/client.ts', 'client/runners/vitest.ts'],
    ['server/commands/why.ts', 'client/client.ts'],
    ['test/connector/suite.ts', 'client/client.ts'],
    ['web/api/requests.ts', 'server/control/entries.ts'],
    ['web/views/requests/requests.tsx', 'web/views/inventory/inventory.tsx'],
    ['web/parts/evidence.tsx', 'web/views/requests/requests.tsx'],
    ['server/control/pages.ts', 'web/main.tsx'],
    ['server/report/junit.ts', 'server/journal/broken-rules.ts'],
    ['server/report/report.ts', 'server/joor/rules.ts'],
    ['server/check/check.ts', 'server/serve.ts'],
    ['server/check/check.ts', 'server/journal/journal.ts'],
    ['server/control/openapi.ts', 'server/reference/documents.ts'],
  ])('is caught: %s imports %s, and both are named', (from, to) => {
    const caught = wrongWays(new Map([[from, [to]]]))
    expect(caught).not.toEqual([])
    for (const sentence of caught) expect(sentence).toMatch(`${from} imports ${to}: `)
  })

  it('is caught: files that import each other in a circle, and only those', () => {
    const graph = new Map([
      ['server/a.ts', ['server/b.ts']],
      ['server/b.ts', ['server/c.ts', 'server/d.ts']],
      ['server/c.ts', ['server/a.ts']],
      ['server/d.ts', []],
    ])
    expect(cycles(graph)).toEqual(['server/a.ts -> server/b.ts -> server/c.ts -> server/a.ts'])
  })

  it('is not seen where an import is allowed', () => {
    const graph = new Map([
      ['server/joor/rules.ts', ['server/findings.ts', 'server/state/draft.ts', 'contracts/rules/joor.ts']],
      ['server/commands/start.ts', ['server/emulator.ts']],
      ['server/emulator.ts', ['server/http/adapter.ts', 'server/control/router.ts']],
    ])
    expect(wrongWays(graph)).toEqual([])
    expect(cycles(graph)).toEqual([])
  })

  it('shows in every form that an import has', () => {
    const text = [
      "import { a } from './a.js'",
      "import type { B } from '../b.js'",
      "export { c } from './c.js'",
      "const d = await import('./d.js')",
      "import './e.js'",
      "import express from 'express'",
      'import {\n  f,\n  g,\n} from "not-ours"',
    ].join('\n')
    expect(importsOf('server/joor/x.ts', text)).toEqual([
      'server/joor/a.ts',
      'server/b.ts',
      'server/joor/c.ts',
      'server/joor/d.ts',
      'server/joor/e.ts',
    ])
  })
})
