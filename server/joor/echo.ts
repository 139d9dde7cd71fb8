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

/** Adds the texts of echoes to the parts of a reply, with the same text between each two of them. */
export function addEchoes(echoes: Iterable<Echo>, between: string, parts: string[]): void {
  let open: Echo | undefined
  let to = 0
  for (const echo of echoes) {
    const isNext =
      open?.page === echo.page && echo.from === to + between.length && echo.page.text.startsWith(between, to)
    if (!isNext) {
      if (open !== undefined) parts.push(open.page.text.slice(open.from, to), between)
      open = echo
    }
    to = echo.to
  }
  if (open !== undefined) parts.push(open.page.text.slice(open.from, to))
}
