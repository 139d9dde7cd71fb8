// What a page can send to the vendors' paths, with and without what it guesses to be a token.
// biome-ignore lint/correctness/noUnusedVariables: a page runs it.
async function vendors({ target, paths, body }) {
  const outcomes = []
  for (const path of paths)
    for (const mode of ['cors', 'no-cors'])
      for (const authorization of [undefined, 'Bearer site-token', `OAuth2 ${btoa('brand-token')}`])
        try {
          const headers = authorization === undefined ? {} : { authorization }
          const reply = await fetch(target + path, { method: 'POST', mode, headers, body, credentials: 'include' })
          outcomes.push(reply.type === 'opaque' ? 'opaque' : `${reply.status} ${await reply.text()}`)
        } catch {
          outcomes.push('failed')
        }
  return outcomes
}
