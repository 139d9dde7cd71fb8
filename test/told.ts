import { type Case, defaultVariables, readCases, shippedCases } from '../server/verify/cases.js'
import { runHere, type Start } from '../server/verify/run.js'
import { settled } from './docs-blocks.js'
import { startTestEmulator } from './emulator.js'

/** What an emulator told of one call: the rules it met, what was broken and where, and the reply. */
export interface Told {
  readonly call: string
  readonly status: number | null
  readonly rules: readonly string[]
  readonly violations: readonly string[]
  readonly headers: readonly string[]
  readonly reply: string
  /** What became of the first items or events. */
  readonly outcomes: readonly string[]
  /** What the call did to the first rows. */
  readonly changes: readonly string[]
}

export async function casesOf(vendor: string): Promise<readonly (readonly [name: string, each: Case])[]> {
  const cases = await readCases(shippedCases, defaultVariables)
  return cases.filter(({ file }) => file.startsWith(`${vendor}/`)).map((each) => [`${each.file}: ${each.case}`, each])
}

/** Runs a case and reads what its emulator tells of each call, just before it stops. */
export async function toldOf(each: Case): Promise<readonly Told[]> {
  let told: readonly Told[] = []
  const start: Start = async (options) => {
    const emulator = await startTestEmulator(options)
    const close = async () => {
      told = await readTold(emulator.url)
      await emulator.close()
    }
    return { url: emulator.url, close }
  }
  await runHere(each, String(defaultVariables.site), start)
  return told
}

interface Detail {
  readonly method: string
  readonly path: string
  readonly status: number | null
  readonly rules: readonly { readonly rule: string }[]
  readonly violations: readonly {
    readonly rule: string
    readonly at: unknown
    readonly seen: string
    readonly right: string
  }[]
  readonly reply: { readonly headers: Readonly<Record<string, string>>; readonly body: string } | null
  readonly outcomes: readonly { readonly outcome: string; readonly reason: string | null; readonly position: unknown }[]
  readonly changes: readonly unknown[]
}

async function readTold(url: string): Promise<readonly Told[]> {
  const { requests } = await read<{ requests: readonly { id: string }[] }>(`${url}/_backstock/requests`)
  const details = await Promise.all(requests.map(({ id }) => read<Detail>(`${url}/_backstock/requests/${id}`)))
  return details.toReversed().map(tell)
}

/** A reply of megabytes, and rows by the thousand, are what the case itself generates. */
const shown = 1_000
const rows = 5

function tell({ method, path, status, rules, violations, reply, outcomes, changes }: Detail): Told {
  return {
    call: `${method} ${path}`,
    status,
    rules: rules.map(({ rule }) => rule).sort(),
    violations: violations.map(({ rule, at, seen, right }) =>
      settled(`${rule} at ${JSON.stringify(at)}: ${seen} | right: ${right}`),
    ),
    headers: Object.entries(reply?.headers ?? {})
      .filter(([name]) => name !== 'Date')
      .map(([name, value]) => settled(`${name}: ${value}`)),
    reply: settled(reply?.body ?? '').slice(0, shown),
    outcomes: outcomes.slice(0, rows).map((each) => settled(JSON.stringify(each)).slice(0, shown)),
    changes: changes.slice(0, rows).map((each) => settled(JSON.stringify(each)).slice(0, shown)),
  }
}

async function read<Shape>(address: string): Promise<Shape> {
  // The control plane's own shape, which its suites hold.
  return (await (await fetch(address)).json()) as Shape
}
