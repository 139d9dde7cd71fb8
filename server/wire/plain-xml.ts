import { detached } from './detached.js'
import type { XmlElement } from './xml-element.js'

const lessThan = 0x3c
const greaterThan = 0x3e
const slash = 0x2f

/** A child of the element that was read last, with what it takes to know it again. */
interface Known {
  readonly name: string
  readonly open: string
  readonly close: string
  text: string
}

/** An element with more children than that is no plain one: nobody sends so many, and each would be kept to compare. */
const mostKnown = 32
const nothing: readonly never[] = []

/**
 * Reads elements whose children are text and no more: without attributes, prefixes, references, sections, comments and
 * characters of several units. Ten thousand items have the same names in the same order, and mostly the same warehouse
 * and date: both are known again where they stand, which takes a parser that has to expect everything many times as
 * long, and share one text. What it takes is well-formed; of all else it has no opinion.
 */
export class PlainXml {
  readonly #text: string
  readonly #name: string
  readonly #open: string
  readonly #close: string
  readonly #known: Known[] = []
  #at = 0
  /** The white space in front of the element that was read last. */
  spaceBefore = ''

  /** `name`: that of the elements. */
  constructor(text: string, name: string) {
    this.#text = text
    this.#name = name
    this.#open = `<${name}>`
    this.#close = `</${name}>`
  }

  /** The element that begins there behind white space; undefined where something else does. */
  read(from: number, textBefore: number): XmlElement | undefined {
    this.#at = from
    this.spaceBefore = this.#space()
    const offset = this.#at
    if (!this.#text.startsWith(this.#open, offset)) return undefined
    this.#at += this.#open.length
    const children: XmlElement[] = []
    let text = this.#space()
    while (this.#text.charCodeAt(this.#at + 1) !== slash) {
      const child = this.#child(children.length, text.length)
      if (child === undefined) return undefined
      children.push(child)
      text += this.#space()
    }
    if (!this.#text.startsWith(this.#close, this.#at)) return undefined
    const end = this.#at + this.#close.length
    const before = textBefore + this.spaceBefore.length
    return { name: this.#name, ignored: nothing, children, text, textBefore: before, offset, end }
  }

  #child(index: number, textBefore: number): XmlElement | undefined {
    const text = this.#text
    const offset = this.#at
    const known = this.#knownAt(index)
    if (known === undefined) return undefined
    const from = offset + known.open.length
    let to = from + known.text.length
    // Most values are those of the element before.
    if (text.charCodeAt(to) !== lessThan || !text.startsWith(known.text, from)) {
      to = endOfPlain(text, from)
      known.text = detached(text.slice(from, to))
    }
    if (!text.startsWith(known.close, to)) return undefined
    this.#at = to + known.close.length
    const { name } = known
    return { name, ignored: nothing, children: nothing, text: known.text, textBefore, offset, end: this.#at }
  }

  #knownAt(index: number): Known | undefined {
    const before = this.#known[index]
    if (before !== undefined && this.#text.startsWith(before.open, this.#at)) return before
    if (index === mostKnown) return undefined
    const close = endOfName(this.#text, this.#at)
    if (close < 0) return undefined
    const name = detached(this.#text.slice(this.#at + 1, close))
    const known = { name, open: `<${name}>`, close: `</${name}>`, text: '' }
    this.#known[index] = known
    return known
  }

  /** Steps over white space; gives it back with line ends as a reader has them. */
  #space(): string {
    const from = this.#at
    let unit = this.#text.charCodeAt(from)
    if (unit === lessThan) return ''
    while (unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09) unit = this.#text.charCodeAt(++this.#at)
    return this.#text.slice(from, this.#at).replace(/\r\n?/g, '\n')
  }
}

/** Where the name of a tag ends that has nothing but a name in ASCII; below zero where it has more, or is none. */
function endOfName(text: string, start: number): number {
  if (text.charCodeAt(start) !== lessThan) return -1
  for (let index = start + 1; ; index++) {
    const unit = text.charCodeAt(index)
    if (unit === greaterThan) return index > start + 1 ? index : -1
    const isLetter = (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a) || unit === 0x5f
    const isDigit = unit >= 0x30 && unit <= 0x39
    // Behind the end of the text there is neither.
    if (!isLetter && (!isDigit || index === start + 1)) return -1
  }
}

/** Where the text ends that stands in the body as it is meant; `&`, `>`, line ends that are read otherwise and all beyond U+D7FF end it. */
function endOfPlain(text: string, start: number): number {
  for (let index = start; ; index++) {
    const unit = text.charCodeAt(index)
    if (unit === lessThan || unit === 0x26 || unit === greaterThan || !(unit < 0xd800)) return index
    if (unit < 0x20 && unit !== 0x0a && unit !== 0x09) return index
  }
}
