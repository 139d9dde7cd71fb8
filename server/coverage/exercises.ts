import { createRequire } from 'node:module'
import type { Rule } from '../../contracts/rules/book.js'
import type { SettingName, Settings } from '../settings.js'
import { defaultSettings, isSettingValue, settingForms } from '../settings.js'

/**
 * Whether calls of a client can be judged by the rule at all: the emulator's own limits and choices are no vendor's, and conduct
 * shows in several calls only.
 */
export function isCovered({ source, breach }: Pick<Rule, 'source'> & { readonly breach: string }): boolean {
  return !source.endsWith('of this emulator, not of the vendor') && breach !== 'conduct'
}

/** One call as a case sends it. */
export interface ExampleCall {
  /** `POST /v2/bulk-inventory?overwrite=1` */
  readonly call: string
  /** null: not the one that a client sends by itself. */
  readonly headers: Readonly<Record<string, string | null>>
  readonly body?: string
}

/** A contract case as far as a shell can send it: what is given, and its calls up to the one that shows the rule. */
export interface Example {
  readonly account?: Readonly<Record<string, unknown>>
  readonly site?: Readonly<Record<string, unknown>>
  readonly clock?: string
  readonly calls: readonly ExampleCall[]
}

/** How a call of an operation comes to a rule. */
export interface Exercise {
  /** `joor/date: a date in another form is refused` */
  readonly case: string
  /** Which of its calls does, from 0. */
  readonly call: number
  /** The call does so without those before it. */
  readonly alone?: true
  /** Only calls that break the rule come to it. */
  readonly breaks?: true
  /** The settings that have to be in force for it, beside the usual ones: `auth=enforce`. */
  readonly under?: readonly string[]
  /** Settings in force under which no call comes to it. */
  readonly never?: readonly string[]
}

/** Which rules calls of an operation can come to: gathered from the contract cases, which are calls. */
export interface Exercises {
  /** By the rule's id, then by operation; several where different settings lead to it. */
  readonly rules: Readonly<Record<string, Readonly<Record<string, readonly Exercise[]>>>>
  /** By the name of the case; one that no shell can send is missing. */
  readonly examples: Readonly<Record<string, Example>>
}

/** In the examples they stand for a site and for credentials of their own. */
export const exampleSite = 'example-site'
export const exampleToken = '{{token}}'

const require = createRequire(import.meta.url)

/** Read when coverage is asked for: most starts do not. `npm run exercises` writes it, and a test holds it. */
export const readExercises = (): Exercises => require('#contracts/exercises.json')

/** The settings that are not the usual ones, `name=value`; any `CREDITS/SECONDS` is as any other. */
export function unusual(settings: Partial<Record<SettingName, string>>): readonly string[] {
  return Object.entries(settings).flatMap(([name, value]) => {
    // Its names are those of the settings.
    const setting = name as SettingName
    if (value === undefined || value === defaultSettings[setting]) return []
    return `${name}=${formOf(setting, value)}`
  })
}

function formOf(name: SettingName, value: string): string {
  const form = Object.hasOwn(settingForms, name) ? settingForms[name] : undefined
  const isFormed = form !== undefined && new RegExp(`^${form.pattern}$`).test(value)
  return isFormed && isSettingValue(name, value) ? form.name : value
}

/** How a call comes to the rule under the settings; undefined where none does, as where nothing is judged. */
export function exerciseUnder(exercises: readonly Exercise[], settings: Settings): Exercise | undefined {
  if (settings.contract === 'off') return undefined
  const inForce = new Set(unusual(settings))
  return exercises.find(
    ({ under = [], never = [] }) =>
      under.every((each) => inForce.has(each)) && !never.some((each) => inForce.has(each) && !under.includes(each)),
  )
}
