import { bodyOf, type Case, type Step } from '../verify/case.js'
import { defaultVariables, readCases, shippedCases } from '../verify/cases.js'
import type { Part } from './document.js'

/** What stands for the ids that are new with each call. */
const exampleId = '8f14e45f-ceea-467f-a1d4-91e8f3c1b2a7'

/** The bodies of the contract cases, which are those that the vendors print and that were recorded. */
export class Examples {
  readonly #cases: ReadonlyMap<string, Case>

  constructor(cases: readonly Case[]) {
    this.#cases = new Map(cases.map((each) => [`${each.file}: ${each.case}`, each]))
  }

  /** The body that the case's call sends. Throws where there is none. */
  request(name: string, call = 0): Part {
    const step = this.#step(name, call)
    const body = bodyOf(step)
    if (body === undefined) throw new Error(`Call ${call} of "${name}" has no body.`)
    return { summary: name, value: step.xml === undefined ? JSON.parse(body.toString()) : body.toString() }
  }

  /** The body of the reply to the case's call. Throws where the case does not tell all of it. */
  reply(name: string, call = 0): Part {
    const { reply } = this.#step(name, call)
    const body = reply?.body?.replaceAll('{{uuid}}', exampleId)
    if (body === undefined) throw new Error(`The case "${name}" does not tell the whole reply to its call ${call}.`)
    return { summary: name, value: body.startsWith('<') ? body : JSON.parse(body) }
  }

  #step(name: string, call: number): Step {
    const step = this.#cases.get(name)?.steps[call]
    if (step === undefined) throw new Error(`There is no call ${call} of a case "${name}".`)
    return step
  }
}

export const readExamples = async () => new Examples(await readCases(shippedCases, defaultVariables))

/** JOOR's answer to a refused call, as the error table tells it. */
export const joorRefusal = (comment: string) => ({ comment, code: '1', log_id: exampleId })
