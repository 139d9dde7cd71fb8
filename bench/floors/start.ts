import { createServer } from 'node:http'

/** The least that Node can start with: a server that answers. */
const server = createServer((_request, response) => response.end('{}'))
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') console.log(`ready on http://127.0.0.1:${address.port}`)
})
