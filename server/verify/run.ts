import type { Evidence } from '../../contracts/rules/book.js'
import { jirafe } from '../../contracts/rules/jirafe.js'
import { joor } from '../../contracts/rules/joor.js'
import { startEmulator } from '../emulator.js'
import type { Case, Step } from './cases.js'
import { judgeReply } from './judge.js'
import { arrange, judgeAfter, observe } from './observe.js'
import { bodyOf, type Destination, send } from './send.js'

/** What became of one case. */
export interface Outcome {
  readonly case: Case
  readonly verdict: 'passed' | 'failed' | 'not run'
  /** Why it failed or was not run. */
  readonly faults: readonly string[]
  /** Part of the case that this server does not let anyone see. */
  readonly unobserved: boolean
}

const rules = new Map([...Object.values(joor), ...Object.values(jirafe)].map((rule) => [rule.id, rule]))
const grades: readonly Evidence[] = ['documented', 'recorded', 'observed', 'assumed']

/** The weakest evidence among the rules that a case proves. */
export function gradeOf({ rules: ids }: Case): Evidence {
  const ranks = ids.map((id) => grades.indexOf(rules.get(id)?.evidence ?? 'assumed'))
  return grades[Math.max(...ranks)] ?? 'assumed'
}

/** Runs a case on an emulator of its own: replies, rules, and what stands afterwards. */
export async function runHere(each: Case, site: string): Promise<Outcome> {
  const { settings, clock } = each.given ?? {}
  const unknown = [...each.rules, ...(each.breaks ?? [])].filter((id) => !rules.has(id))
  if (unknown.length > 0) return failed(each, [`there is no rule ${unknown.join(', ')}`])
  const emulator = await startEmulator({
    port: 0,
    ...(settings && { settings }),
    ...(clock !== undefined && { clock: () => new Date(clock) }),
  })
  try {
    const to = { url: emulator.url, joorToken: 'case-token', jirafeToken: 'case-token' }
    await arrange(each, to, site)
    const faults = [...(await runSteps(each, to)), ...judgeAfter(each, await observe(to, site))]
    return faults.length === 0 ? passed(each, false) : failed(each, faults)
  } catch (error) {
    return failed(each, [error instanceof Error ? error.message : String(error)])
  } finally {
    await emulator.close()
  }
}

export interface TargetOptions {
  readonly url: string
  readonly joorToken?: string
  readonly jirafeToken?: string
  readonly jirafeSite?: string
  readonly allowDestructive: boolean
}

const realHosts = ['api.jooraccess.com', 'event.jirafe.com']

/** Why a case is not sent to a server that others may use; undefined where it may be. */
export function reasonToSkip(each: Case, target: TargetOptions): string | undefined {
  if (each.effect === 'local') return 'it makes sense on this emulator only'
  if (each.given !== undefined) return 'it takes something for granted that cannot be given to another server'
  if (!each.steps.some(({ reply }) => reply !== undefined)) return 'it has no reply to judge'
  if (each.effect === 'destructive') {
    if (realHosts.includes(new URL(target.url).hostname))
      return `destructive cases are never sent to ${realHosts.join(' or ')}`
    if (!target.allowDestructive) return 'it clears more than it sets; --allow-destructive lets it run'
  }
  const jirafe = each.file.startsWith('jirafe')
  if (jirafe && (target.jirafeToken === undefined || target.jirafeSite === undefined))
    return 'it needs --jirafe-token and --jirafe-site'
  if (!jirafe && target.joorToken === undefined) return 'it needs --joor-token'
  return undefined
}

/** Runs a case on any server: only its replies can be judged there. */
export async function runThere(each: Case, target: TargetOptions): Promise<Outcome> {
  const reason = reasonToSkip(each, target)
  if (reason !== undefined) return { case: each, verdict: 'not run', faults: [reason], unobserved: false }
  const to = { url: target.url, joorToken: target.joorToken ?? '', jirafeToken: target.jirafeToken ?? '' }
  try {
    const faults = await runSteps(each, to)
    return faults.length === 0 ? passed(each, true) : failed(each, faults)
  } catch (error) {
    return failed(each, [error instanceof Error ? error.message : String(error)])
  }
}

/** The warehouses and SKUs that a case's calls name, for a person to look at before anything is cleared. */
export function touchedBy(each: Case): string {
  const texts = each.steps.map((step) => bodyOf(step)?.toString('utf8') ?? '')
  const values = texts.flatMap((text) =>
    [...text.matchAll(/"?(?:warehouse|upc|style_identifier)"?\s*[:>]\s*"?([^"<,}]+)/g)].map(([, value]) =>
      value?.trim(),
    ),
  )
  return [...new Set(values)].join(', ') || 'nothing that its body names'
}

async function runSteps({ steps }: Case, to: Destination): Promise<readonly string[]> {
  const faults: string[] = []
  for (const [index, step] of steps.entries()) faults.push(...(await runStep(step, index, to)))
  return faults
}

async function runStep(step: Step, index: number, to: Destination): Promise<readonly string[]> {
  const received = await send(step, to)
  const faults = await judgeReply(step, received)
  return faults.map((fault) => `step ${index + 1}, ${step.call}: ${fault}`)
}

const passed = (each: Case, unseen: boolean): Outcome => ({
  case: each,
  verdict: 'passed',
  faults: [],
  unobserved: unseen && each.then !== undefined,
})

const failed = (each: Case, faults: readonly string[]): Outcome => ({
  case: each,
  verdict: 'failed',
  faults,
  unobserved: false,
})
