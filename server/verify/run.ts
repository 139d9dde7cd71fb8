import { type Evidence, grades } from '../../contracts/rules/book.js'
import type { EmulatorOptions } from '../options.js'
import { allRules } from '../rule-list.js'
import { type Case, headerOf, headLines, type Step, vendorOf } from './case.js'
import { isRealHost } from './effect.js'
import { failingBy } from './failing.js'
import { judgeReply } from './judge.js'
import { arrange, judgeAfter, observe } from './observe.js'
import { RawLine } from './raw.js'
import { type Destination, send } from './send.js'

/** What became of one case. */
export interface Outcome {
  readonly case: Case
  /** "in part": all replies were right, and what the case says of the state cannot be seen from outside. */
  readonly verdict: 'passed' | 'in part' | 'failed' | 'not run'
  /** Why it failed or was not run. */
  readonly faults: readonly string[]
}

const evidences: ReadonlyMap<string, Evidence> = new Map(allRules.map(({ id, evidence }) => [id, evidence]))

/** The weakest evidence among the rules that a case proves; what was recorded is evidence itself. */
export function gradeOf({ rules, recorded }: Case): Evidence {
  if (recorded !== undefined) return 'recorded'
  const ranks = rules.map((id) => grades.indexOf(evidences.get(id) ?? 'assumed'))
  return grades[Math.max(...ranks)] ?? 'assumed'
}

/** How an emulator is started; handed in, for what verifies knows nothing but HTTP. */
export type Start = (options: EmulatorOptions) => Promise<{ readonly url: string; close(): Promise<void> }>

/** Runs a case on an emulator of its own: replies, rules, and what stands afterwards. */
export async function runHere(each: Case, site: string, start: Start): Promise<Outcome> {
  const { settings, clock, anonymous_limit, failure } = each.given ?? {}
  const now = () => (clock === undefined ? new Date() : new Date(clock))
  const failing = await failingBy(failure, now)
  const emulator = await start({
    port: 0,
    clock: now,
    // A case is about each of its calls, and not about what a client would show by all of them.
    levels: { '*.conduct.*': 'off' },
    ...failing.options,
    ...(settings && { settings }),
    ...(anonymous_limit !== undefined && { anonymousLimit: anonymous_limit }),
  })
  try {
    const to = { url: emulator.url, joorToken: 'case-token', jirafeToken: 'case-token' }
    await arrange(each, to, site)
    await failing.begin()
    return outcomeOf(each, [...(await runSteps(each, to)), ...judgeAfter(each, await observe(to, site))], 'passed')
  } catch (error) {
    return outcomeOf(each, [error instanceof Error ? error.message : String(error)], 'failed')
  } finally {
    await emulator.close()
    await failing.end()
  }
}

export interface TargetOptions {
  readonly url: string
  readonly joorToken?: string
  readonly jirafeToken?: string
  readonly jirafeSite?: string
  readonly allowDestructive: boolean
  /** Whether a Backstock answers there, whose own coverage these calls are not to count for. */
  readonly isBackstock?: boolean
}

/** Why a case is not sent to a server that others may use; undefined where it may be. */
export function reasonToSkip(each: Case, target: TargetOptions): string | undefined {
  if (each.effect === 'local') return 'it makes sense on this emulator only'
  if (each.effect === 'destructive' && reachesRealHost(each, target))
    return "destructive cases are never sent to the vendors' own hosts"
  if (each.effect === 'destructive' && !target.allowDestructive)
    return 'it clears more than it sets; --allow-destructive lets it run'
  // What was given to the emulator for a recorded one, the vendor has.
  if (each.given !== undefined && each.recorded === undefined)
    return 'it takes something for granted that cannot be given to another server'
  if (!each.steps.some(({ reply }) => reply !== undefined)) return 'it has no reply to judge'
  const vendors = each.steps.map(vendorOf)
  if (vendors.includes('jirafe') && (target.jirafeToken === undefined || target.jirafeSite === undefined))
    return 'it needs --jirafe-token and --jirafe-site'
  if (vendors.includes('joor') && target.joorToken === undefined) return 'it needs --joor-token'
  return undefined
}

/** A Host header may lead elsewhere than the address. */
function reachesRealHost({ steps }: Case, { url }: TargetOptions): boolean {
  const hosts = [new URL(url).host, ...steps.flatMap(hostsOf)]
  return hosts.some(isRealHost)
}

const hostsOf = (step: Step) => (step.raw === undefined ? [headerOf(step, 'host') ?? ''] : headLines(step.raw, 'host'))

/** Runs a case on any server: only its replies can be judged there. */
export async function runThere(each: Case, target: TargetOptions): Promise<Outcome> {
  const reason = reasonToSkip(each, target)
  if (reason !== undefined) return { case: each, verdict: 'not run', faults: [reason] }
  const to = { url: target.url, joorToken: target.joorToken ?? '', jirafeToken: target.jirafeToken ?? '' }
  const { isBackstock = false } = target
  try {
    return outcomeOf(each, await runSteps(each, { ...to, isBackstock }), each.then === undefined ? 'passed' : 'in part')
  } catch (error) {
    return outcomeOf(each, [error instanceof Error ? error.message : String(error)], 'failed')
  }
}

/** Where an emulator of one's own may run: this machine, or a neighbour by its bare name. Nobody else is asked. */
const nearby = /^(?:localhost|[\w-]+|127(?:\.\d+){3}|\[::1\])$/

/** Whether a Backstock answers at the address. */
export async function isBackstock(url: string): Promise<boolean> {
  if (!nearby.test(new URL(url).hostname)) return false
  try {
    const signal = AbortSignal.timeout(5_000)
    const reply: unknown = await (await fetch(`${url.replace(/\/$/, '')}/_backstock/version`, { signal })).json()
    return typeof reply === 'object' && reply !== null && 'version' in reply
  } catch {
    return false
  }
}

function outcomeOf(each: Case, faults: readonly string[], right: Outcome['verdict']): Outcome {
  return { case: each, verdict: faults.length === 0 ? right : 'failed', faults }
}

async function runSteps({ steps }: Case, to: Destination): Promise<readonly string[]> {
  const line = new RawLine(to)
  const faults: string[] = []
  try {
    for (const [index, step] of steps.entries()) faults.push(...(await runStep(step, index, to, line)))
  } finally {
    line.end()
  }
  return faults
}

async function runStep(step: Step, index: number, to: Destination, line: RawLine): Promise<readonly string[]> {
  const received = await (step.raw === undefined ? send(step, to) : line.send(step, step.raw))
  const faults = await judgeReply(step, received)
  return faults.map((fault) => `step ${index + 1}, ${step.call}: ${fault}`)
}
