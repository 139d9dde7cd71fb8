import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'

/** What the emulator answered to one call: the floor sends the very same bytes. */
export interface FixedReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A bare server: it reads the body, parses it where it is JSON, and answers a fixed reply as a string. */
const [file = ''] = process.argv.slice(2)
// The benchmark wrote the file from a reply of the emulator.
const { status, headers, body } = JSON.parse(readFileSync(file, 'utf8')) as FixedReply
const server = createServer((request, response) => {
  let text = ''
  request.setEncoding('utf8')
  request.on('data', (chunk: string) => {
    text += chunk
  })
  request.on('end', () => {
    if (text.startsWith('{')) JSON.parse(text)
    response.writeHead(status, headers)
    response.end(body)
  })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') console.log(`ready on http://127.0.0.1:${address.port}`)
})
