/** An instant that compares exactly: whole seconds since 1970 in UTC, and the digits behind the point. */
interface Instant {
  readonly seconds: number
  readonly fraction: string
}

const form =
  /^(\d{4})-?(\d{2})-?(\d{2})(?:([Tt ])(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,](\d+))?)?\s*([Zz]|[+-]\d{2}(?::?\d{2})?)?)?$/

/**
 * The instant of a calendar date or date-time in ISO 8601, extended or basic; no offset is UTC, a date alone its
 * midnight. A blank for the T is read too. Undefined for a day or time of day that does not exist.
 */
export function readInstant(text: string): Instant | undefined {
  const found = form.exec(text)
  if (found === null) return undefined
  const [, year, month, day, , hour = '0', minute = '0', second = '0', fraction = '', offset = 'Z'] = found
  const date = Number(day)
  if (!isDayOf(Number(year), Number(month), date)) return undefined
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined
  const shift = offsetMinutes(offset)
  if (shift === undefined) return undefined
  // Date.UTC takes years below 100 for 19xx; setUTCFullYear does not.
  const midnight = new Date(0).setUTCFullYear(Number(year), Number(month) - 1, date) / 1000
  const time = Number(hour) * 3600 + Number(minute) * 60 + Number(second)
  return { seconds: midnight + time - shift * 60, fraction: withoutTrailingZeros(fraction) }
}

/** Not by a pattern: one that ends in `0+$` takes time by the square of the zeros. */
function withoutTrailingZeros(digits: string): string {
  let length = digits.length
  while (digits[length - 1] === '0') length--
  return digits.slice(0, length)
}

function offsetMinutes(offset: string): number | undefined {
  if (offset === 'Z' || offset === 'z') return 0
  const hours = Number(offset.slice(1, 3))
  const minutes = Number(offset.slice(3).replace(':', '') || '0')
  if (hours > 23 || minutes > 59) return undefined
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}

// With the bounds of each part, so that of a text that fits only the day has to be looked at.
const extended =
  /^\d{4}-\d{2}-\d{2}(?:T(?:[01]\d|2[0-3]):[0-5]\d(?::(?:[0-5]\d|60)(?:[.,]\d+)?)?(?:Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?)?$/
const basic =
  /^\d{8}(?:T(?:[01]\d|2[0-3])[0-5]\d(?:(?:[0-5]\d|60)(?:[.,]\d+)?)?(?:Z|[+-](?:[01]\d|2[0-3])(?:[0-5]\d)?)?)?$/

/** ISO 8601 as the standard writes it: `T` between date and time, and date and time both extended or both basic. */
export function isIso8601(text: string): boolean {
  if (extended.test(text)) return isDay(text.slice(0, 10))
  return basic.test(text) && isDayOf(Number(text.slice(0, 4)), Number(text.slice(4, 6)), Number(text.slice(6, 8)))
}

/** Negative where `one` is earlier, zero for the same instant; what cannot be read is earlier than all that can. */
export function compareInstants(one: Instant | undefined, other: Instant | undefined): number {
  if (one === undefined || other === undefined) return Number(one !== undefined) - Number(other !== undefined)
  if (one.seconds !== other.seconds) return one.seconds - other.seconds
  return one.fraction === other.fraction ? 0 : one.fraction < other.fraction ? -1 : 1
}

let written = { at: Number.NaN, text: '' }

/** `2026-11-22T13:00:00.000Z`; what is dated with the same instant shares the text. */
export function writeInstant(at: Date): string {
  const ms = at.getTime()
  if (ms !== written.at) written = { at: ms, text: at.toISOString() }
  return written.text
}

/** Whether a day `YYYY-MM-DD` exists. */
export const isDay = (day: string): boolean =>
  isDayOf(Number(day.slice(0, 4)), Number(day.slice(5, 7)), Number(day.slice(8)))

const isDayOf = (year: number, month: number, date: number) => date >= 1 && date <= daysIn(year, month)

/** Days of a month, 0 for a month that does not exist. */
function daysIn(year: number, month: number): number {
  if (month < 1 || month > 12) return 0
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}
