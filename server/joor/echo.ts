import { detached } from '../wire/detached.js'

/** A text that holds what of many items is shown; it may still grow at its end. */
interface Page {
  text: string
}

/** What of an item is shown in a reply: a part of a text. Items that stand beside each other there are copied as one. */
export interface Echo {
  readonly page: Page
  readonly from: number
  readonly to: number
}

export const echoOf = (text: string): Echo => ({ page: { text }, from: 0, to: text.length })
export const textOfEcho = ({ page, from, to }: Echo): string => page.text.slice(from, to)

/**
 * So long a text is written out and no further part is added. V8 never moves one of this size, and ten thousand small
 * ones again and again.
 */
const pageLength = 256 * 1024

/** Makes echoes one behind the other. */
export class EchoWriter {
  #page: Page = { text: '' }

  add(text: string): Echo {
    const page = this.#page
    const from = page.text.length
    page.text += text
    if (page.text.length >= pageLength) {
      page.text = detached(page.text)
      this.#page = { text: '' }
    }
    return { page, from, to: from + text.length }
  }
}

/** The parts of a reply that echoes make, with the same text between each two of them. */
export class EchoList {
  readonly #between: string
  readonly #parts: string[] = []
  #first: Echo | undefined
  #to = 0

  constructor(between: string) {
    this.#between = between
  }

  add(echo: Echo): void {
    const { page, from, to } = echo
    const between = this.#between
    const isNext =
      this.#first?.page === page && from === this.#to + between.length && page.text.startsWith(between, this.#to)
    if (!isNext) {
      this.#write(between)
      this.#first = echo
    }
    this.#to = to
  }

  /** To be joined without anything between them. */
  end(): readonly string[] {
    this.#write('')
    return this.#parts
  }

  #write(behind: string): void {
    if (this.#first !== undefined) this.#parts.push(this.#first.page.text.slice(this.#first.from, this.#to), behind)
  }
}
