import { Draft } from '../server/state/draft.js'
import { openDataFile } from '../server/state/file.js'
import type { Files } from '../server/state/files.js'
import { type Keep, MemoryStore } from '../server/state/memory.js'
import { anonymousName } from '../server/state/partitions.js'
import type { Processes } from '../server/state/processes.js'
import type { MarkValue } from '../server/state/rows.js'
import { type Caller, fingerprint, type Setup } from '../server/state/store.js'

export const path = '/folder/state.json'

/** Which processes live is what the test says. */
export const processOf = (pid: number, living: ReadonlySet<number> = new Set([pid])): Processes => ({
  self: { pid, started: `${pid}` },
  isAlive: (process) => living.has(process.pid),
})

let marks = 0

/** A store over a data file, opened as a start opens it. */
export async function openOver(files: Files, pid: number, also = (keep: Keep) => keep) {
  const options = { seed: null, recover: false, mark: `mark-${++marks}`, files, processes: processOf(pid) }
  const file = await openDataFile(path, options)
  let ids = 0
  const store = new MemoryStore<unknown>({
    journal: { append: () => {}, rename: () => {}, replaced: () => {} },
    ids: () => ({ take: () => `id-${++ids}`, keep: () => {}, giveBack: () => {} }),
    clock: () => new Date(0),
    anonymousLimit: 10,
    ...file,
    keep: also(file.keep),
  })
  return { store, fresh: file.fresh }
}
export type Opened = Awaited<ReturnType<typeof openOver>>['store']

/** What is to be found: the marks of each account, by what was put last. */
export type Model = ReadonlyMap<string, ReadonlyMap<string, string>>

/** One thing to do to the store, and what it does to the model. */
export interface Op {
  act(store: Opened): Promise<unknown>
  on(model: Model): Model
}

const accounts = ['one', 'two', 'three'] as const
const callerOf = (account: string): Caller => ({ vendor: 'joor', token: fingerprint(account) })
const setupOf = (name: string): Setup => ({
  ...{ vendor: 'joor', name, declared: true, token: fingerprint(name), settings: {} },
  ...{ warehouses: null, styles: null, pending: [] },
})

const mark = (text: string): MarkValue => ({ sku: { upc: text } })

function callOp(account: string, draw: (draft: Draft) => void, on: (marks: Map<string, string>) => void): Op {
  return {
    act: async (store) =>
      store.call(callerOf(account), {}, (turn) => {
        const draft = new Draft(turn.view)
        draw(draft)
        return { changes: draft.changes, entry: () => ({}), result: undefined }
      }),
    on(model) {
      const name = model.has(account) ? account : anonymousName(fingerprint(account))
      const marks = new Map(model.get(name))
      on(marks)
      return new Map(model).set(name, marks)
    },
  }
}

/** Everything that is kept: puts, rows taken away, overwrites, resets and accounts that come and go. */
export function randomOp(number: number, random: () => number): Op {
  const account = accounts[Math.floor(random() * accounts.length)] ?? 'one'
  const key = `key-${Math.floor(random() * 6)}`
  const drawn = random()
  if (drawn < 0.6)
    return callOp(
      account,
      (draft) => draft.put('marks', ['', '', key], mark(`${number}`)),
      (marks) => marks.set(key, `${number}`),
    )
  if (drawn < 0.75)
    return callOp(
      account,
      (draft) => {
        draft.clearFirst('marks', '')
        draft.put('marks', ['', '', key], mark(`${number}`))
      },
      (marks) => {
        marks.clear()
        marks.set(key, `${number}`)
      },
    )
  if (drawn < 0.85)
    return callOp(
      account,
      (draft) => draft.put('marks', ['', '', key], null),
      (marks) => marks.delete(key),
    )
  if (drawn < 0.95)
    return {
      act: (store) => store.declare({ setup: setupOf(account), changes: {} }),
      on: (model) => without(model, anonymousName(fingerprint(account))).set(account, new Map()),
    }
  return {
    act: (store) => store.remove(`joor:${account}`),
    on: (model) => without(model, account),
  }
}

const without = (model: Model, account: string) => new Map([...model].filter(([name]) => name !== account))

export const nothing: Model = new Map()

export function textOf(model: Model): string {
  const sorted = [...model].map(([account, marks]) => [account, [...marks].sort()] as const)
  return JSON.stringify(sorted.sort(([one], [other]) => (one < other ? -1 : 1)))
}

/** What a store shows, as `textOf` writes it. */
export async function shownBy(store: Opened): Promise<string> {
  const model = new Map<string, ReadonlyMap<string, string>>()
  for (const { setup } of await store.list('joor')) {
    const page = await store.page(`joor:${setup.name}`, [{ table: 'marks', where: () => true }], 1_000)
    model.set(setup.name, new Map(page.map(({ key, row }) => [key[2], row.value.sku.upc ?? ''])))
  }
  return textOf(model)
}
