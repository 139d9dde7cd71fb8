import { joor } from '../../contracts/rules/joor.js'
import { isDay, isIso8601, readInstant } from '../wire/dates.js'
import type { ItemJudge } from './item-judge.js'

const right = '2015-01-23, 01-23-2015 or IMMEDIATE'

/** The date bucket of an item: `YYYY-MM-DD` or `IMMEDIATE`. Undefined where it is refused. */
export function readDate(text: string, judge: ItemJudge): string | undefined {
  if (text === '') {
    judge.applies(joor['date.absent'])
    return 'IMMEDIATE'
  }
  judge.applies(joor['date.forms'])
  if (text === 'IMMEDIATE' || text.toUpperCase() === 'IMMEDIATE') {
    judge.applies(joor['date.immediate_case'])
    if (text !== 'IMMEDIATE') judge.breach(joor['date.immediate_case'], 'inventory_date', text, 'IMMEDIATE')
    return 'IMMEDIATE'
  }
  const iso = /^\d{4}-\d{2}-\d{2}$/.test(text) ? text : undefined
  const day = iso ?? text.replace(/^(\d{2}-\d{2})-(\d{4})$/, '$2-$1')
  if (iso !== undefined || day !== text) return readDay(text, day, judge)
  const utc = text.includes('T') && isIso8601(text) ? utcDay(text) : undefined
  if (utc === undefined) {
    judge.breach(joor['date.forms'], 'inventory_date', text, right)
    return undefined
  }
  judge.breach(joor['date.date_time'], 'inventory_date', text, utc)
  return utc
}

const rulesOfDay = [joor['date.bucket'], joor['date.past'], joor['date.real'], joor['date.date_time']]

function readDay(text: string, day: string, judge: ItemJudge): string | undefined {
  judge.appliesAll(rulesOfDay)
  if (isDay(day)) return day
  judge.breach(joor['date.real'], 'inventory_date', text, 'a day that exists')
  return undefined
}

/** Undefined where the offset carries the day out of the years 0 to 9999. */
function utcDay(text: string): string | undefined {
  const instant = readInstant(text)
  const day = instant && new Date(instant.seconds * 1000).toISOString().slice(0, 10)
  return day !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(day) ? day : undefined
}
