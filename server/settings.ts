/**
 * The settings that decide an open reading of a vendor's rules, for everyone or for one account or site. The first
 * value of each is its default.
 */
const shared = {
  contract: ['report', 'enforce', 'off'],
  auth: ['open', 'enforce'],
} as const

const joor = {
  overwrite_scope: ['warehouse', 'account'],
  pending_floor: ['none', 'zero'],
  missing_warehouse: ['default', 'refuse'],
  made_to_order_clears: ['sku', 'position'],
  partial_code: ['0', '1'],
  rate_limit: ['report', 'enforce', 'off'],
} as const

const jirafe = {
  inventory_schema: ['any', 'first', 'second'],
  latest_by: ['arrival', 'timestamp'],
  reply_layout: ['2014-02', '2013-12'],
} as const

const all = { ...shared, ...joor, ...jirafe }

/** What a setting takes beside its words: a name for people, and a pattern for one whole value. */
interface Form {
  readonly name: string
  readonly pattern: string
}

/** Six digits each: a million credits, and a window of eleven days. */
const forms = {
  rate_limit: { name: 'CREDITS/SECONDS', pattern: '[1-9][0-9]{0,5}/[1-9][0-9]{0,5}' },
} as const satisfies { readonly [Name in SettingName]?: Form }
export const settingForms: Readonly<Record<string, Form>> = forms

interface Formed {
  readonly rate_limit: `${number}/${number}`
}

export type SettingName = keyof typeof all
export type Settings = {
  readonly [Name in SettingName]: (typeof all)[Name][number] | (Name extends keyof Formed ? Formed[Name] : never)
}
export type SettingsScope = 'all' | 'joor' | 'jirafe'

/** The names and words that may be set for everyone, for a JOOR account or for a Jirafe site. */
export const settingValues: Readonly<Record<SettingsScope, Readonly<Record<string, readonly string[]>>>> = {
  all,
  joor: { ...shared, ...joor },
  jirafe: { ...shared, ...jirafe },
}

/** What a setting may be, for people: its words, then the name of its form. */
export function choicesOf(name: SettingName): readonly string[] {
  const form = formOf(name)
  return form === undefined ? all[name] : [...all[name], form.name]
}

export function isSetting(name: string): name is SettingName {
  return Object.hasOwn(all, name)
}

export function isSettingValue(name: SettingName, value: unknown): boolean {
  if (typeof value !== 'string') return false
  const words: readonly string[] = all[name]
  const form = formOf(name)
  return words.includes(value) || (form !== undefined && new RegExp(`^${form.pattern}$`).test(value))
}

const formOf = (name: SettingName): Form | undefined =>
  Object.hasOwn(settingForms, name) ? settingForms[name] : undefined

/** What holds for an account or site: its own settings over those of all. */
export function settingsFor(setup: { readonly settings: Partial<Settings> } | undefined, all: Settings): Settings {
  // Most have none of their own.
  return setup === undefined || Object.keys(setup.settings).length === 0 ? all : { ...all, ...setup.settings }
}

// Every list above has a first value, so each name gets one; Object.fromEntries cannot say so.
export const defaultSettings = Object.freeze(
  Object.fromEntries(Object.entries(all).map(([name, [first]]) => [name, first])),
) as Settings
