import { defaultSettings, type SettingName } from '../settings.js'
import type { Exchange } from './exchange.js'

/** Settings that a recorded reply may depend on. The others are about tokens, calls before it, and stock. */
const recorded: readonly SettingName[] = ['missing_warehouse', 'partial_code', 'inventory_schema', 'reply_layout']

/** What a recorded case takes for granted: what Backstock was told of the account, for its replies depend on it. */
export function givenFor({ emulated: { setup, settings } }: Exchange): object | undefined {
  const others = recorded.filter((name) => settings[name] !== defaultSettings[name])
  const { warehouses = null, styles = null } = setup?.vendor === 'joor' ? setup : {}
  const account = { ...(warehouses && { warehouses }), ...(styles && { styles }) }
  const given = {
    ...(Object.keys(account).length > 0 && { account }),
    ...(others.length > 0 && { settings: Object.fromEntries(others.map((name) => [name, settings[name]])) }),
  }
  return Object.keys(given).length > 0 ? given : undefined
}
