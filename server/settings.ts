/**
 * The settings that decide an open reading of a vendor's rules, for everyone or for one account or site. The first
 * value of each is its default. `rate_limit` knows only `off` until the limit itself is emulated: a value that nothing
 * acts on would be a promise not kept.
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
  rate_limit: ['off'],
} as const

const jirafe = {
  inventory_schema: ['any', 'first', 'second'],
  latest_by: ['arrival', 'timestamp'],
  reply_layout: ['2014-02', '2013-12'],
} as const

const all = { ...shared, ...joor, ...jirafe }

export type SettingName = keyof typeof all
export type Settings = { readonly [Name in SettingName]: (typeof all)[Name][number] }
export type SettingsScope = 'all' | 'joor' | 'jirafe'

/** The names and values that may be set for everyone, for a JOOR account or for a Jirafe site. */
export const settingValues: Readonly<Record<SettingsScope, Readonly<Record<string, readonly string[]>>>> = {
  all,
  joor: { ...shared, ...joor },
  jirafe: { ...shared, ...jirafe },
}

// Every list above has a first value, so each name gets one; Object.fromEntries cannot say so.
export const defaultSettings = Object.freeze(
  Object.fromEntries(Object.entries(all).map(([name, [first]]) => [name, first])),
) as Settings
