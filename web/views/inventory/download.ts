import type { Answer } from '../../api/call.js'
import { positionsAsCsv } from '../../api/stock.js'

/** Positions of an account as one CSV file, whose pages are asked for one after the other. */
export async function csvOf(account: string, filter: URLSearchParams): Promise<Answer<Blob>> {
  const query = new URLSearchParams(filter)
  const parts: string[] = []
  for (;;) {
    const answer = await positionsAsCsv(account, query)
    if ('problem' in answer) return answer
    const { text, headers } = answer.value
    // Every page begins with the names of the columns, which hold no line break.
    parts.push(parts.length === 0 ? text : text.slice(text.indexOf('\n') + 1))
    const next = headers.get('Backstock-Next')
    if (next === null) return { value: new Blob(parts, { type: 'text/csv' }) }
    query.set('cursor', next)
  }
}

/** Hands a file to the browser's downloads. */
export function save(file: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = name
  link.click()
  // The browser has begun to read by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
