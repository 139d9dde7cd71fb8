import { type Fault, faultAt } from '../documents/documents.js'
import type { Step as Place } from '../documents/source.js'
import { allRules } from '../rule-list.js'
import { choicesOf, isSetting, isSettingValue, settingValues } from '../settings.js'
import { didYouMean, writeChoice } from '../suggestion.js'
import { bodyOf, type Case, type ExpectedReply, headLines, type Raw, type Step, wireOf } from './case.js'
import { mayClear } from './effect.js'
import { expectedText, sentItems } from './expected.js'

const rules = new Map(allRules.map((rule) => [rule.id, rule]))

/** What is wrong with the cases of a file and no schema can say: an expectation that can never hold, or never fail. */
export function caseFaults(cases: readonly Case[]): readonly Fault[] {
  const faults: Fault[] = []
  const names = new Set<string>()
  for (const [index, each] of cases.entries()) {
    if (names.has(each.case)) faults.push(faultAt([index, 'case'], 'another case of this file has the same name'))
    names.add(each.case)
    faults.push(...ruleFaults(each, index), ...givenFaults(each, index))
    for (const [number, step] of each.steps.entries()) {
      const at = [index, 'steps', number]
      faults.push(...stepFaults(step, at), ...rawFaults(step, each.steps[number - 1], at))
    }
    if (each.effect === 'safe' && each.steps.some(mayClear))
      faults.push(faultAt([index, 'effect'], 'it is not safe: a call with overwrite or made_to_order clears stock'))
  }
  return faults
}

function ruleFaults(each: Case, index: number): readonly Fault[] {
  const faults: Fault[] = []
  for (const list of ['rules', 'breaks'] as const)
    for (const [place, id] of (each[list] ?? []).entries()) {
      const rule = rules.get(id)
      const at = [index, list, place]
      if (rule === undefined) faults.push(faultAt(at, `there is no rule ${id}${didYouMean(id, [...rules.keys()])}`))
      else if (list === 'breaks' && rule.breach === 'decides')
        faults.push(faultAt(at, `no client can break ${id}: it says what the server does`))
    }
  return faults
}

function givenFaults({ given }: Case, index: number): readonly Fault[] {
  const faults: Fault[] = []
  const { settings = {}, clock } = given ?? {}
  for (const [name, value] of Object.entries(settings)) {
    const at = [index, 'given', 'settings', name]
    if (!isSetting(name))
      faults.push(faultAt(at, `unknown setting${didYouMean(name, Object.keys(settingValues.all))}`, 'name'))
    else if (!isSettingValue(name, value)) faults.push(faultAt(at, `must be ${writeChoice(choicesOf(name))}`))
  }
  if (clock !== undefined && Number.isNaN(Date.parse(clock)))
    faults.push(faultAt([index, 'given', 'clock'], 'must be an instant such as 2026-01-23T12:00:00Z'))
  return faults
}

function stepFaults(step: Step, at: readonly Place[]): readonly Fault[] {
  const bodies = ['json', 'xml', 'base64'].filter((name) => Object.hasOwn(step, name))
  if (bodies.length > 1) return [faultAt(at, `a call has one body, not ${bodies.join(' and ')}`)]
  return step.reply === undefined ? [] : replyFaults(step, step.reply, [...at, 'reply'])
}

/** A raw call is sent as it stands, so what stands there must be one call and one that ends. */
function rawFaults(step: Step, before: Step | undefined, at: readonly Place[]): readonly Fault[] {
  const { raw } = step
  if (raw === undefined)
    return step.reply?.closes ? [faultAt([...at, 'reply', 'closes'], 'only of a raw call it can be told')] : []
  const faults = lineFaults(raw, [...at, 'raw', 'head'])
  if (!/^[A-Z]+ [!-~]+$/.test(step.call))
    faults.push(faultAt([...at, 'call'], 'a raw target is visible ASCII without blanks, for it is sent as it is'))
  if (step.headers !== undefined)
    faults.push(faultAt([...at, 'headers'], 'a raw call has its headers in raw.head', 'name'))
  for (const name of ['wait', 'chunks'] as const)
    if (raw[name] !== undefined && bodyOf(step) === undefined)
      faults.push(faultAt([...at, 'raw', name], 'the call has no body: give one by json, xml or base64', 'name'))
  if (raw.chunks !== undefined && !headLines(raw, 'transfer-encoding').includes('chunked'))
    faults.push(faultAt([...at, 'raw', 'chunks'], 'the head has no line Transfer-Encoding: chunked', 'name'))
  if (raw.connection === 'kept' && before?.raw === undefined)
    faults.push(faultAt([...at, 'raw', 'connection'], 'there is no raw call before it whose connection could be kept'))
  return faults
}

/** The schema has seen the lines, but not what variables bring into them. */
function lineFaults({ head }: Raw, at: readonly Place[]): Fault[] {
  return head.flatMap((line, index) =>
    /^[\t -~]*$/.test(line) ? [] : [faultAt([...at, index], 'a line of the head is printable ASCII')],
  )
}

function replyFaults(step: Step, reply: ExpectedReply, at: readonly Place[]): readonly Fault[] {
  const jirafe = reply.errors !== undefined || reply.error_type !== undefined || reply.message !== undefined
  const kinds = [
    reply.body !== undefined,
    reply.base64 !== undefined,
    reply.sha256 !== undefined,
    reply.updated !== undefined,
    reply.comment !== undefined,
    jirafe,
  ]
  if (kinds.filter(Boolean).length > 1)
    return [
      faultAt(
        at,
        'a reply is told in one way: by body; base64; sha256; updated; comment; or errors, error_type and message',
      ),
    ]
  if (reply.updated === undefined) return []
  const items = sentItems(step)
  const beyond = reply.updated.find((index) => items !== undefined && index >= items.length)
  if (beyond !== undefined) return [faultAt([...at, 'updated'], `the call has no item ${beyond}; the first is 0`)]
  if (expectedText(step, reply) !== undefined) return []
  const sent = wireOf(step) === undefined ? 'this call' : 'how the body is written'
  return [faultAt([...at, 'updated'], `the reply's text does not follow from ${sent}: give it as body`)]
}
