import type { Level } from '../../api/levels.js'

/** Told where the site asked to be told of it. */
export function LowStock({ level }: { readonly level: Level }) {
  const { inventory_level, low_stock_alert, inventory_alerts } = level
  if (low_stock_alert === null || inventory_alerts !== true) return null
  if (Number(inventory_level) > Number(low_stock_alert)) return null
  return <span class="low">▼ low, alert at {String(low_stock_alert)}</span>
}
