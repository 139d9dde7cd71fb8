import { readReply, serveBare } from './serve.js'

/** Parses what is JSON, and answers a fixed string. */
const reply = readReply(process.argv[2])
serveBare(reply, (text) => {
  if (text.startsWith('{')) JSON.parse(text)
  return reply.body
})
