import express from 'express'
import { readReply } from './serve.js'

/** An emulator as one would write it: `express.json` reads, `res.json` answers. */
const { status, body } = readReply(process.argv[2])
const answer: unknown = JSON.parse(body)
const app = express()
app.use(express.json())
app.post('/v2/:site/inventory', (_request, response) => {
  response.status(status).json(answer)
})
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') console.log(`ready on http://127.0.0.1:${address.port}`)
})
