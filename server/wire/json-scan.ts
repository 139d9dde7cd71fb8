/** Nesting that both vendors' bodies may have; the root is level 1. */
export const deepest = 64

/** One element of the watched list: where its text stands and what `JSON.parse` would lose of it. */
export interface ElementSpan {
  readonly start: number
  readonly end: number
  /** Members at the element's own level, repeated names counted each time. */
  readonly members: number
  /** A number in it that does not survive `JSON.parse` and `stringify`: `15.0`, `1e3`, `-0`, 16 digits and more. */
  readonly oddNumbers: boolean
}

interface JsonScan {
  /** The levels of the deepest value; the root is level 1. */
  readonly depth: number
  readonly oddNumbers: boolean
  /**
   * The elements of the last top-level member of the watched name, as `JSON.parse` takes the last; one more than the
   * bound where a list has more, and then nothing behind it was looked at.
   */
  readonly elements: readonly ElementSpan[]
  /** How often the watched name stands at the top level. */
  readonly times: number
  /** Names in the whole text, repeated ones counted each time. */
  readonly names: number
}

const quote = 0x22
const backslash = 0x5c

/**
 * One pass over well-formed JSON text for what `JSON.parse` does not tell: depth, number literals, and where each
 * element of one top-level list begins and ends, so that it can be echoed as the very text that was sent. Of any other
 * text it tells nothing, but it ends.
 */
export function scanJson(text: string, watched?: string, mostElements = Number.POSITIVE_INFINITY): JsonScan {
  const { length } = text
  let depth = 0
  let most = 0
  let oddNumbers = false
  let elements: ElementSpan[] = []
  let watching = false
  let times = 0
  let names = 0
  // Of the element that is open: none where it starts below zero.
  let start = -1
  let end = 0
  let members = 0
  let odd = false
  let index = 0
  while (index < length && elements.length <= mostElements) {
    const unit = text.charCodeAt(index)
    // White space and commas belong to no value; every other unit may begin or continue an element of the list.
    if (unit <= 0x20) {
      index++
      continue
    }
    if (unit === 0x2c) {
      if (start >= 0 && depth === 2) {
        elements.push({ start, end, members, oddNumbers: odd })
        start = -1
      }
      index++
      continue
    }
    if (watching && depth === 2 && start < 0 && unit !== 0x5d) {
      start = index
      members = 0
      odd = false
    }
    if (unit === quote) {
      const close = endOfString(text, index)
      if (depth === 1 && watched !== undefined && isName(text, close)) {
        watching = isWritten(text.slice(index, close), watched)
        if (watching) {
          elements = []
          times++
        }
      }
      index = close
    } else if (unit === 0x3a) {
      names++
      if (depth === 3) members++
      index++
    } else if (unit === 0x7b || unit === 0x5b) {
      // A watched member that is no list has no elements.
      if (depth === 1 && watching && unit === 0x7b) watching = false
      // Not the end: the elements behind it count as well, before anything is built for them.
      if (++depth > most) most = depth
      index++
    } else if (unit === 0x7d || unit === 0x5d) {
      if (watching && depth === 2) {
        if (start >= 0) elements.push({ start, end, members, oddNumbers: odd })
        start = -1
        watching = false
      }
      depth--
      index++
    } else if (unit === 0x2d || (unit >= 0x30 && unit <= 0x39)) {
      const close = endOfNumber(text, index)
      if (isOdd(text, index, close)) oddNumbers = odd = true
      index = close
    } else index++
    end = index
  }
  return { depth: most, oddNumbers, elements, times, names }
}

/** The index behind the closing quote of the string that begins at `index`. */
export function endOfString(text: string, index: number): number {
  let close = text.indexOf('"', index + 1)
  while (close >= 0 && isEscaped(text, close)) close = text.indexOf('"', close + 1)
  return close < 0 ? text.length : close + 1
}

/** Whether a string literal, escapes and all, means the name. */
function isWritten(literal: string, name: string): boolean {
  if (!literal.includes('\\')) return literal === `"${name}"`
  try {
    return JSON.parse(literal) === name
  } catch {
    return false
  }
}

function isEscaped(text: string, index: number): boolean {
  let backslashes = 0
  while (text.charCodeAt(index - 1 - backslashes) === backslash) backslashes++
  return backslashes % 2 === 1
}

function isName(text: string, index: number): boolean {
  let next = index
  while (text.charCodeAt(next) <= 0x20) next++
  return text.charCodeAt(next) === 0x3a
}

function endOfNumber(text: string, index: number): number {
  let close = index + 1
  for (; close < text.length; close++) {
    const unit = text.charCodeAt(close)
    const continues = (unit >= 0x30 && unit <= 0x39) || unit === 0x2e || unit === 0x65 || unit === 0x45
    if (!continues && unit !== 0x2b && unit !== 0x2d) break
  }
  return close
}

function isOdd(text: string, start: number, end: number): boolean {
  if (end - start > 15) return true
  if (text.charCodeAt(start) === 0x2d && text.charCodeAt(start + 1) === 0x30) return true
  for (let index = start + 1; index < end; index++) {
    const unit = text.charCodeAt(index)
    if (unit < 0x30 || unit > 0x39) return true
  }
  return false
}
