import { type Case, defaultVariables, readCases, shippedCases } from '../server/verify/cases.js'
import { runHere, type Start } from '../server/verify/run.js'
import { startTestEmulator } from './emulator.js'
import { settled } from './readme-blocks.js'

/** What an emulator told of one call: the rules it met, what was broken and where, and the reply. */
export interface Told {
  readonly call: string
  readonly status: number | null
  readonly rules: readonly string[]
  readonly violations: readonly string[]
  readonly headers: readonly string[]
  readonly reply: string
  /** JOOR: what became of the first items, as the log says it. */
  readonly items: readonly string[]
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
  readonly reply: { readonly headers: Readonly<Record<string, string>>; readonly body: { text: string } } | null
}

async function readTold(url: string): Promise<readonly Told[]> {
  const { requests } = await read<{ requests: readonly { id: string }[] }>(`${url}/_backstock/requests`)
  const details = await Promise.all(requests.map(({ id }) => read<Detail>(`${url}/_backstock/requests/${id}`)))
  return Promise.all(details.toReversed().map((detail) => tell(detail, url)))
}

async function tell({ method, path, status, rules, violations, reply }: Detail, url: string): Promise<Told> {
  const text = reply?.body.text ?? ''
  return {
    call: `${method} ${path}`,
    status,
    rules: rules.map(({ rule }) => rule).sort(),
    violations: violations.map(({ rule, at, seen, right }) =>
      settled(`${rule} at ${JSON.stringify(at)}: ${seen} | right: ${right}`),
    ),
    headers: Object.entries(reply?.headers ?? {}).map(([name, value]) => settled(`${name}: ${value}`)),
    // A reply of megabytes is an echo of what the case itself generates.
    reply: settled(text).slice(0, 1_500),
    items: await itemsOf(text, url),
  }
}

interface Log {
  readonly items: readonly { readonly outcome: string; readonly rule: string | null; readonly reason: string | null }[]
}

async function itemsOf(reply: string, url: string): Promise<readonly string[]> {
  const id = /log_id(?:":"|>)([0-9a-f-]{36})/.exec(reply)?.[1]
  if (id === undefined) return []
  const { items } = await read<Log>(`${url}/_backstock/joor/logs/${id}`)
  return items
    .slice(0, 10)
    .map(({ outcome, rule, reason }) => (rule === null ? outcome : `${outcome}: ${rule}: ${reason}`))
}

async function read<Shape>(address: string): Promise<Shape> {
  // The control plane's own shape, which its suites hold.
  return (await (await fetch(address)).json()) as Shape
}
