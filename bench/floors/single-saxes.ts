import { SaxesParser } from 'saxes'
import { readReply, serveBare } from './serve.js'

/** Reads the XML to its end, and answers a fixed string. */
const reply = readReply(process.argv[2])
serveBare(reply, (text) => {
  new SaxesParser().write(text).close()
  return reply.body
})
