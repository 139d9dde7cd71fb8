import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'

/** What the emulator answered to one call: a floor sends the very same bytes. */
export interface FixedReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The reply in the file that the bench wrote. */
export const readReply = (file = '') => JSON.parse(readFileSync(file, 'utf8')) as FixedReply

/** A bare server: it reads the body as text, and answers what `answer` makes of it as one string. */
export function serveBare({ status, headers }: Omit<FixedReply, 'body'>, answer: (text: string) => string): void {
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => {
      text += chunk
    })
    request.on('end', () => {
      const body = answer(text)
      response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) })
      response.end(body)
    })
  })
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    if (address !== null && typeof address === 'object') console.log(`ready on http://127.0.0.1:${address.port}`)
  })
}
