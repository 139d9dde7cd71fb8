import { type ConductOption, conductNames, isConduct, isLimit, limitForm } from '../conduct/limits.js'
import { controlTokenForm, isControlToken } from '../control-token.js'
import { databaseUrlForm, isDatabaseUrl, isSchema, schemaForm } from '../database-names.js'
import { type About, pathBeside, type Step } from '../documents/source.js'
import { hostPatternForm, readHostPattern } from '../host-names.js'
import { hostGlobForm, namedHostForm, readHostGlob, readNamedHost } from '../intercept/hosts.js'
import { type LevelsByRule, levels, meansAny } from '../levels.js'
import { faultOfLimit, isLimitName, type Limits } from '../limits.js'
import { allRules } from '../rule-list.js'
import { choicesOf, isSetting, isSettingValue, type Settings, settingValues } from '../settings.js'
import { didYouMean, writeChoice } from '../suggestion.js'

/** Why a text or value says nothing, and which part of the value it is. */
export interface Wrong {
  readonly value?: never
  readonly wrong: string
  readonly steps?: readonly Step[]
  readonly about?: About
}

/** What a text or value says. */
export type Reading<Value> = { readonly value: Value; readonly wrong?: never } | Wrong

/** How an option is read from texts (of the command line or the environment) and from a value of the config file. */
export interface Kind<Value> {
  fromTexts(texts: readonly string[]): Reading<Value>
  /** `file` is the path of the config file. */
  fromFile(value: unknown, file: string): Reading<Value>
  /** What holds where a source of lower and one of higher precedence both give it. */
  over(lower: Value, higher: Value): Value
}

/** One value; of several texts the last counts, as it does in most programs. */
function single<Value>(
  right: string,
  fromText: (text: string) => Value | undefined,
  fromFile: (value: unknown, file: string) => Value | undefined,
): Kind<Value> {
  const read = (given: unknown, value: Value | undefined): Reading<Value> =>
    value === undefined ? { wrong: `must be ${right}, not ${JSON.stringify(given)}` } : { value }
  return {
    fromTexts: (texts) => read(texts.at(-1), fromText(texts.at(-1) ?? '')),
    fromFile: (value, file) => read(value, fromFile(value, file)),
    over: (_, higher) => higher,
  }
}

export function integer(least: number, most = Number.MAX_SAFE_INTEGER): Kind<number> {
  const right = most === Number.MAX_SAFE_INTEGER ? `an integer from ${least} on` : `an integer from ${least} to ${most}`
  const inRange = (value: number) => (Number.isInteger(value) && value >= least && value <= most ? value : undefined)
  return single(
    right,
    (text) => (/^\d+$/.test(text) ? inRange(Number(text)) : undefined),
    (value) => (typeof value === 'number' ? inRange(value) : undefined),
  )
}

const notEmpty = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
export const text: Kind<string> = single('text that is not empty', notEmpty, notEmpty)

/** A secret: a wrong one is refused without being shown. */
export const controlToken: Kind<string> = {
  fromTexts: (texts) => readControlToken(texts.at(-1)),
  fromFile: readControlToken,
  over: (_, higher) => higher,
}

function readControlToken(given: unknown): Reading<string> {
  return isControlToken(given) ? { value: given } : { wrong: `must be ${controlTokenForm}` }
}

/** It may hold a password: a wrong one is refused without being shown. */
export const databaseUrl: Kind<string> = {
  fromTexts: (texts) => readDatabaseUrl(texts.at(-1)),
  fromFile: readDatabaseUrl,
  over: (_, higher) => higher,
}

function readDatabaseUrl(given: unknown): Reading<string> {
  return typeof given === 'string' && isDatabaseUrl(given) ? { value: given } : { wrong: `must be ${databaseUrlForm}` }
}

const readSchema = (value: unknown) => (typeof value === 'string' && isSchema(value) ? value : undefined)
export const schemaName: Kind<string> = single(schemaForm, readSchema, readSchema)

/** Names of hosts, several in one text by commas or blanks; a list in the config file. The higher source counts alone. */
function hostList(right: string, read: (text: string) => string | undefined): Kind<readonly string[]> {
  const readAll = (given: readonly unknown[]): Reading<readonly string[]> => {
    const names = given.map((each) => (typeof each === 'string' ? read(each) : undefined))
    const wrong = names.indexOf(undefined)
    if (wrong < 0) return { value: names.filter((each) => each !== undefined) }
    return { wrong: `must be ${right}, not ${JSON.stringify(given[wrong])}`, steps: [wrong] }
  }
  return {
    fromTexts: (texts) => readAll(texts.flatMap((text) => text.split(/[\s,]+/).filter(Boolean))),
    fromFile: (value) =>
      Array.isArray(value) ? readAll(value) : { wrong: `must be a list of names, not ${JSON.stringify(value)}` },
    over: (_, higher) => higher,
  }
}

export const hosts = hostList(hostPatternForm, readHostPattern)
export const namedHosts = hostList(namedHostForm, (text) =>
  readNamedHost(text) === undefined ? undefined : text.toLowerCase(),
)
export const hostGlobs = hostList(hostGlobForm, readHostGlob)

/** A path; in a config file it is relative to that file. */
export const path: Kind<string> = single('the path of a file', notEmpty, (value, file) => {
  const named = notEmpty(value)
  return named && pathBeside(file, named)
})

const truths: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
])
export const flag: Kind<boolean> = single(
  'true or false',
  (given) => truths.get(given),
  (value) => (typeof value === 'boolean' ? value : undefined),
)

export function oneOf<Value extends string>(...values: readonly Value[]): Kind<Value> {
  const find = (given: unknown) => values.find((value) => value === given)
  return single(writeChoice(values), find, find)
}

/** `name=value`, several of them separated by commas or blanks; a mapping in the config file. */
function assignments<Values extends object>(
  read: (name: string, given: unknown) => Reading<Values>,
  over: (lower: Values, higher: Values) => Values,
): Kind<Values> {
  const readAssignment = (assignment: string) => {
    const [name, value] = split(assignment)
    return value === undefined ? { wrong: `must be name=value, not "${assignment}"` } : read(name, value)
  }
  return {
    fromTexts: (texts) => together(texts.flatMap((each) => each.split(/[\s,]+/).filter(Boolean)).map(readAssignment)),
    fromFile: (value) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? together(Object.entries(value).map(([name, set]) => read(name, set)))
        : { wrong: `must be an object of names and values, not ${JSON.stringify(value)}` },
    over,
  }
}

export const settings: Kind<Partial<Settings>> = assignments(readSetting, (lower, higher) => ({ ...lower, ...higher }))

/** What a higher source says stands behind all that a lower one says: of several patterns the last counts. */
export const levelsByRule: Kind<LevelsByRule> = assignments(readLevel, (lower, higher) => {
  const kept = Object.entries(lower).filter(([pattern]) => !Object.hasOwn(higher, pattern))
  return { ...Object.fromEntries(kept), ...higher }
})

/** When what several calls show is a breach. */
export const conduct: Kind<ConductOption> = assignments(readConduct, (lower, higher) => ({ ...lower, ...higher }))

/** What is taken of anybody. */
export const takenLimits: Kind<Partial<Limits>> = assignments(readTaken, (lower, higher) => ({ ...lower, ...higher }))

function readTaken(name: string, given: unknown): Reading<Partial<Limits>> {
  const value = typeof given === 'string' && /^\d+$/.test(given) ? Number(given) : given
  const wrong = faultOfLimit(name, value)
  if (wrong === undefined) return { value: { [name]: value } }
  return { wrong, steps: [name], ...(!isLimitName(name) && { about: 'name' }) }
}

function readConduct(name: string, given: unknown): Reading<ConductOption> {
  if (!isConduct(name)) {
    const known = conductNames.join(', ')
    return {
      wrong: `unknown conduct "${name}"${didYouMean(name, conductNames) || ';'} known: ${known}`,
      steps: [name],
      about: 'name',
    }
  }
  if (!isLimit(given)) return { wrong: `${name} must be ${limitForm}, not ${JSON.stringify(given)}`, steps: [name] }
  return { value: { [name]: given } }
}

function readLevel(pattern: string, given: unknown): Reading<LevelsByRule> {
  if (!meansAny(pattern, allRules)) {
    const names = allRules.map(({ id }) => id)
    const help = didYouMean(pattern, names) || '; backstock rules lists them'
    return { wrong: `no rule is called "${pattern}"${help}`, steps: [pattern], about: 'name' }
  }
  const level = levels.find((each) => each === given)
  if (level === undefined)
    return { wrong: `${pattern} must be ${writeChoice(levels)}, not ${JSON.stringify(given)}`, steps: [pattern] }
  return { value: { [pattern]: level } }
}

function split(assignment: string): readonly [string, string | undefined] {
  const at = assignment.indexOf('=')
  return at < 0 ? [assignment, undefined] : [assignment.slice(0, at), assignment.slice(at + 1)]
}

function readSetting(name: string, given: unknown): Reading<Partial<Settings>> {
  const names = Object.keys(settingValues.all)
  if (!isSetting(name)) {
    return {
      wrong: `unknown setting "${name}"${didYouMean(name, names) || ';'} known: ${names.join(', ')}`,
      steps: [name],
      about: 'name',
    }
  }
  const value = String(given)
  if (!isSettingValue(name, value)) {
    const words = settingValues.all[name] ?? []
    return {
      wrong: `${name} must be ${writeChoice(choicesOf(name))}, not "${value}"${didYouMean(value, words)}`,
      steps: [name],
    }
  }
  return { value: { [name]: value } }
}

function together<Values extends object>(readings: readonly Reading<Values>[]): Reading<Values> {
  const wrong = readings.find((reading) => reading.wrong !== undefined)
  if (wrong !== undefined) return wrong
  return { value: Object.assign({}, ...readings.map((reading) => reading.value)) }
}
