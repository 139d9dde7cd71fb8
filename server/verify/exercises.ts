import type { Example, ExampleCall, Exercise, Exercises } from '../coverage/exercises.js'
import { exampleToken, unusual } from '../coverage/exercises.js'
import { entryOf } from '../entry-of.js'
import type { EmulatorOptions } from '../options.js'
import type { SettingName } from '../settings.js'
import { settingValues } from '../settings.js'
import { bodyOf, type Case, headerOf, type Step, vendorOf } from './case.js'
import { runHere, type Start } from './run.js'
import { headersOf } from './send.js'

type Assigned = Partial<Record<SettingName, string>>

/** What one call of a case met, as the emulator's journal tells. */
interface Seen {
  readonly operation: string
  readonly rules: readonly string[]
  readonly broken: readonly string[]
}

/** What a case met under some settings. */
interface Run {
  readonly case: Case
  readonly under: readonly string[]
  readonly calls: readonly Seen[]
}

/** A call of a case that met a rule. */
interface Meeting {
  readonly run: Run
  readonly call: number
}

/** By rule, then by operation. */
type Met = ReadonlyMap<string, ReadonlyMap<string, readonly Meeting[]>>

/** The file that the emulator reads. */
export const writeExercises = (exercises: Exercises) => `${JSON.stringify(exercises, null, 1)}\n`

/** Runs the cases and notes which rules the calls of each operation can come to, and under which settings. */
export class Gathering {
  readonly #cases: readonly Case[]
  readonly #site: string
  readonly #start: Start
  readonly #isCovered: (rule: string) => boolean
  /** What single calls of cases met by themselves. */
  readonly #alone = new Map<string, readonly string[]>()
  /** What cases came to without one of their settings. */
  readonly #without = new Map<string, Promise<Run>>()

  constructor(cases: readonly Case[], site: string, start: Start, isCovered: (rule: string) => boolean) {
    // What is given to them cannot be had by a call.
    this.#cases = cases.filter(({ given }) => given?.failure === undefined && given?.anonymous_limit === undefined)
    this.#site = site
    this.#start = start
    this.#isCovered = isCovered
  }

  /** Looking for what settings keep from happening takes thrice the time, so it may be known from before. */
  async gather(known?: Exercises): Promise<Exercises> {
    const plain = await this.#runAll(this.#cases.filter(isSmall), {})
    const shown = byRule(plain, this.#isCovered)
    // What takes long is run only for what nothing else shows.
    const rest = this.#cases.filter((each) => !isSmall(each) && each.rules.some((rule) => !shown.has(rule)))
    const met = byRule([...plain, ...(await this.#runAll(rest, {}))], this.#isCovered)
    const never = known === undefined ? await this.#obstacles(met) : obstaclesIn(known)
    const rules: Record<string, Record<string, readonly Exercise[]>> = {}
    const examples: Record<string, Example> = {}
    for (const [rule, operations] of sorted(met))
      for (const [operation, meetings] of sorted(operations)) {
        const exercises = await this.#exercises(rule, operation, meetings, never)
        rules[rule] = { ...rules[rule], [operation]: exercises }
        for (const exercise of exercises) this.#addExample(examples, exercise)
      }
    return { rules, examples: Object.fromEntries(sorted(new Map(Object.entries(examples)))) }
  }

  async #runAll(cases: readonly Case[], settings: Assigned): Promise<readonly Run[]> {
    const runs: Run[] = []
    for (const each of cases) runs.push(await this.#run(each, settings))
    return runs
  }

  /** Runs a case; what it says of settings itself holds. */
  async #run(each: Case, settings: Assigned): Promise<Run> {
    let calls: readonly Seen[] = []
    const start = async (options: EmulatorOptions) => {
      const emulator = await this.#start({ ...options, settings: { ...checked(settings), ...options.settings } })
      const close = async () => {
        calls = await readSeen(emulator.url)
        await emulator.close()
      }
      return { url: emulator.url, close }
    }
    await runHere(each, this.#site, start)
    return { case: each, under: unusual({ ...settings, ...settingsOf(each) }), calls }
  }

  /**
   * Which settings keep calls from rules that they come to under the usual ones. All settings are changed at once
   * first, so that only what was lost then has to be looked at one by one.
   */
  async #obstacles(met: Met): Promise<Obstacles> {
    const found = new Map<string, readonly string[]>()
    // What fills a screen takes long, too.
    const plain = this.#cases.filter(({ steps }) => isPlain(steps))
    for (const changed of changes) {
      const under = byRule(await this.#runAll(plain, changed), this.#isCovered)
      for (const [rule, operations] of met)
        for (const [operation, meetings] of operations) {
          const usual = meetings.filter(({ run }) => run.under.length === 0 && isPlain(run.case.steps))
          if (usual.length === 0 || under.get(rule)?.has(operation)) continue
          const before = found.get(pairOf(rule, operation)) ?? []
          const more = await this.#obstaclesOf(rule, operation, usual, changed)
          found.set(pairOf(rule, operation), [...new Set([...before, ...more])].sort())
        }
    }
    return new Map([...found].filter(([, settings]) => settings.length > 0))
  }

  async #obstaclesOf(rule: string, operation: string, meetings: readonly Meeting[], changed: Assigned) {
    const found: string[] = []
    for (const [name, value] of Object.entries(changed))
      if (!(await this.#isMet(rule, operation, meetings, { [name]: value }))) found.push(...unusual({ [name]: value }))
    return found
  }

  async #isMet(rule: string, operation: string, meetings: readonly Meeting[], settings: Assigned): Promise<boolean> {
    for (const each of new Set(meetings.map(({ run }) => run.case))) {
      const { calls } = await this.#run(each, settings)
      if (calls.some((seen) => seen.operation === operation && seen.rules.includes(rule))) return true
    }
    return false
  }

  async #exercises(
    rule: string,
    operation: string,
    meetings: readonly Meeting[],
    never: Obstacles,
  ): Promise<readonly Exercise[]> {
    const breaks = meetings.every(({ run, call }) => run.calls[call]?.broken.includes(rule)) && {
      breaks: true as const,
    }
    const usual = best(
      rule,
      meetings.filter(({ run }) => run.under.length === 0),
    )
    const obstacles = never.get(pairOf(rule, operation))
    if (usual !== undefined)
      return [{ ...(await this.#told(rule, usual)), ...breaks, ...(obstacles && { never: obstacles }) }]
    const exercises: Exercise[] = []
    for (const [way, those] of await this.#ways(rule, meetings)) {
      const chosen = best(rule, those)
      const under = way === '' ? {} : { under: way.split(' ') }
      if (chosen !== undefined) exercises.push({ ...(await this.#told(rule, chosen)), ...breaks, ...under })
    }
    return exercises
  }

  /** The least settings under which the rule is met, as a text, and the calls that meet it under them. */
  async #ways(rule: string, meetings: readonly Meeting[]): Promise<readonly (readonly [string, readonly Meeting[]])[]> {
    const needed = await Promise.all(meetings.map((each) => this.#needed(rule, each)))
    const isLess = (one: readonly string[], other: readonly string[]) =>
      one.length < other.length && one.every((setting) => other.includes(setting))
    const least = needed.filter(({ under }) => !needed.some((other) => isLess(other.under, under)))
    const ways = [...new Set(least.map(({ under }) => under.join(' ')))].sort()
    return ways.map((way) => [way, least.filter(({ under }) => under.join(' ') === way).map(({ meeting }) => meeting)])
  }

  async #told(rule: string, { run, call }: Meeting): Promise<Exercise> {
    const { case: each } = run
    const [step] = each.steps.slice(call)
    const alone = call > 0 && step !== undefined && isPlain([step])
    const rules = alone ? await this.#metAlone(each, call, step) : []
    return { case: nameOf(each), call, ...(rules.includes(rule) && { alone: true as const }) }
  }

  async #metAlone(each: Case, call: number, step: Step): Promise<readonly string[]> {
    const key = `${nameOf(each)} ${call}`
    const known = this.#alone.get(key)
    if (known !== undefined) return known
    const { calls } = await this.#run({ ...each, steps: [step] }, {})
    const rules = calls[0]?.rules ?? []
    this.#alone.set(key, rules)
    return rules
  }

  /** The settings of a case without which its call does not come to the rule. */
  async #needed(rule: string, meeting: Meeting): Promise<{ meeting: Meeting; under: readonly string[] }> {
    const { case: each } = meeting.run
    const needed: string[] = []
    for (const [name, value] of Object.entries(settingsOf(each))) {
      const { calls } = await this.#runWithout(each, name)
      if (!calls[meeting.call]?.rules.includes(rule)) needed.push(...unusual({ [name]: value }))
    }
    return { meeting, under: needed.sort() }
  }

  /** Each call of a case asks this for each of its rules. */
  #runWithout(each: Case, setting: string): Promise<Run> {
    return entryOf(this.#without, `${nameOf(each)} ${setting}`, () => this.#run(without(each, setting), {}))
  }

  /** A case as far as some rule needs it. */
  #addExample(examples: Record<string, Example>, { case: name, call }: Exercise): void {
    const each = this.#cases.find((one) => nameOf(one) === name)
    const calls = Math.max(examples[name]?.calls.length ?? 0, call + 1)
    if (each !== undefined) examples[name] = exampleOf(each, calls)
  }
}

function byRule(runs: readonly Run[], isCovered: (rule: string) => boolean): Met {
  const met = new Map<string, Map<string, Meeting[]>>()
  for (const run of runs)
    for (const [call, { operation, rules }] of run.calls.entries())
      for (const rule of rules.filter(isCovered)) {
        const operations = met.get(rule) ?? new Map<string, Meeting[]>()
        const meetings = operations.get(operation) ?? []
        met.set(rule, operations.set(operation, [...meetings, { run, call }]))
      }
  return met
}

/** What keeps a call from a rule, by rule and operation. */
type Obstacles = ReadonlyMap<string, readonly string[]>

const pairOf = (rule: string, operation: string) => `${rule} ${operation}`

function obstaclesIn({ rules }: Exercises): Obstacles {
  const pairs = Object.entries(rules).flatMap(([rule, operations]) =>
    Object.entries(operations).flatMap(([operation, [first]]) =>
      first?.never === undefined ? [] : [[pairOf(rule, operation), first.never] as const],
    ),
  )
  return new Map(pairs)
}

/** A value of the settings that take a form. */
const formed: Assigned = { rate_limit: '300/300' }

/** Every setting has each of its values in one of them. A declared client lacks nothing where tokens are enforced. */
const changes: readonly Assigned[] = [
  { contract: 'enforce', ...formed },
  ...[1, 2].map((which) =>
    Object.fromEntries(
      Object.entries(settingValues.all)
        .filter(([name]) => name !== 'contract' && name !== 'auth')
        .map(([name, values]) => [name, values[which] ?? values[1]]),
    ),
  ),
]

function settingsOf({ given }: Case): Assigned {
  const own = [given?.settings, given?.account?.settings, given?.site?.settings]
  // The schema of the cases has judged them.
  return Object.assign({}, ...own) as Assigned
}

/** The values are words of the settings. */
const checked = (settings: Assigned) => settings as NonNullable<EmulatorOptions['settings']>

/** The same case where a setting is as usual. */
function without(each: Case, name: string): Case {
  const drop = (settings: unknown) =>
    Object.fromEntries(Object.entries(settings ?? {}).filter(([setting]) => setting !== name))
  const { account, site, settings, ...given } = each.given ?? {}
  return {
    ...each,
    given: {
      ...given,
      ...(settings && { settings: drop(settings) }),
      ...(account && {
        account: { ...account, ...(account.settings !== undefined && { settings: drop(account.settings) }) },
      }),
      ...(site && { site: { ...site, ...(site.settings !== undefined && { settings: drop(site.settings) }) } }),
    },
  }
}

/** The call that shows the rule best: the least beside it, in a case that is about it, and kept rather than broken. */
function best(rule: string, meetings: readonly Meeting[]): Meeting | undefined {
  return meetings
    .map((meeting) => ({ meeting, cost: costOf(rule, meeting) }))
    .reduce<{ meeting: Meeting; cost: number } | undefined>(
      (least, each) => (least === undefined || each.cost < least.cost ? each : least),
      undefined,
    )?.meeting
}

/** In bytes, roughly: each thing beside the call itself weighs as much as so many bytes of a body. */
function costOf(rule: string, { run, call }: Meeting): number {
  const { case: each, calls } = run
  const steps = each.steps.slice(0, call + 1)
  const bytes = steps.reduce((sum, step) => sum + step.call.length + (bodyOf(step)?.length ?? 0), 0)
  const headers = steps.reduce((sum, step) => sum + Object.keys(step.headers ?? {}).length, 0)
  const { broken = [] } = calls[call] ?? {}
  return [
    bytes,
    isPlain(steps) ? 0 : 1_000_000,
    each.given === undefined ? 0 : 300 + JSON.stringify(each.given).length,
    each.given?.clock === undefined ? 0 : 2_000,
    call * 300,
    headers * 100,
    each.rules.includes(rule) ? 0 : 500,
    broken.includes(rule) ? 400 : 0,
    broken.filter((other) => other !== rule).length * 200,
  ].reduce((sum, part) => sum + part, 0)
}

const mostBytes = 4_000
const isSmall = ({ steps }: Case) => steps.every((step) => (bodyOf(step)?.length ?? 0) < 100_000)

/** Whether a person can copy it: no bytes that only a program sends, and no body that fills the screen. */
function isPlain(steps: readonly Step[]): boolean {
  return steps.every((step) => {
    const body = bodyOf(step)
    const lies = headerOf(step, 'content-length') !== undefined
    return step.raw === undefined && step.base64 === undefined && !lies && (body === undefined || isText(body))
  })
}

const isText = (body: Buffer) => body.length <= mostBytes && !body.includes(0)

/** The case up to its first call that nobody can copy. */
function exampleOf({ given, steps: all }: Case, most: number): Example {
  const steps = all.slice(0, most)
  const plain = steps.findIndex((step) => !isPlain([step]))
  return {
    ...(given?.account && { account: given.account }),
    ...(given?.site && { site: given.site }),
    ...(given?.clock !== undefined && { clock: given.clock }),
    calls: steps.slice(0, plain < 0 ? steps.length : plain).map(callOf),
  }
}

function callOf(step: Step): ExampleCall {
  const body = bodyOf(step)?.toString('utf8')
  const headers = headersOf(step, { joor: `OAuth2 ${exampleToken}`, jirafe: `Bearer ${exampleToken}` }[vendorOf(step)])
  const named = headers.filter(([name]) => name.toLowerCase() !== 'content-length')
  // A shell's client has an Accept of its own.
  const omitted = headerOf(step, 'accept') === null ? { Accept: null } : {}
  return { call: step.call, headers: { ...Object.fromEntries(named), ...omitted }, ...(body !== undefined && { body }) }
}

const nameOf = (each: Case) => `${each.file}: ${each.case}`

function sorted<Value>(map: ReadonlyMap<string, Value>): readonly (readonly [string, Value])[] {
  return [...map].sort(([one], [other]) => (one < other ? -1 : 1))
}

interface Detail {
  readonly operation: string
  readonly rules: readonly { readonly rule: string }[]
  readonly violations: readonly { readonly rule: string }[]
}

async function readSeen(url: string): Promise<readonly Seen[]> {
  const { requests } = await read<{ requests: readonly { id: string }[] }>(`${url}/_backstock/requests`)
  const details = await Promise.all(requests.map(({ id }) => read<Detail>(`${url}/_backstock/requests/${id}`)))
  return details.toReversed().map(({ operation, rules, violations }) => ({
    operation,
    rules: rules.map(({ rule }) => rule),
    broken: violations.map(({ rule }) => rule),
  }))
}

async function read<Shape>(address: string): Promise<Shape> {
  // The control plane's own shape, which its suites hold.
  return (await (await fetch(address)).json()) as Shape
}
