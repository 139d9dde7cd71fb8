/** One server-sent event. */
export interface StreamEvent {
  readonly event: string
  readonly data: string
  /** The id that the stream had named by then; what a later reader goes on from. */
  readonly id: string | undefined
}

/** Longer than any call in a line; what sends more without an end is no stream of ours. */
const longest = 1024 * 1024

/** The stream cannot be read. */
export class BadStream extends Error {}

/** The events of a stream, as the HTML standard reads them; one without data is none. */
export async function* readEvents(stream: AsyncIterable<Uint8Array>): AsyncIterable<StreamEvent> {
  let event = ''
  let id: string | undefined
  const data: string[] = []
  for await (const line of linesOf(stream)) {
    if (line === '') {
      if (data.length > 0) yield { event: event || 'message', data: data.join('\n'), id }
      event = ''
      data.length = 0
      continue
    }
    const [, name, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
    if (name === 'event') event = value
    else if (name === 'data') data.push(value)
    else if (name === 'id' && !value.includes('\0')) id = value
  }
}

async function* linesOf(stream: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    if (rest.length > longest) throw new BadStream(`a line of more than ${longest} characters`)
    yield* lines
  }
}
