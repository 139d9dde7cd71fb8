// Everything that a page can send without being asked, to every path that changes something or tells something. It runs
// inside the page; what comes back is how each call went, as the page sees it.
// biome-ignore lint/correctness/noUnusedVariables: a page runs it.
async function stranger({ target, token }) {
  const seen = []
  const document = '{"joor":{"accounts":{"planted":{}}}}'
  const changes = [
    ['PUT', 'seed', document],
    ['POST', 'reset', ''],
    ['PUT', 'clock', '{"freeze":"2001-01-01T00:00:00Z"}'],
    ['PUT', 'faults', '[{"fault":{"kind":"reset"}}]'],
    ['POST', 'faults', '[{"fault":{"kind":"reset"}}]'],
    ['PUT', 'snapshots/planted', ''],
    ['DELETE', 'requests', ''],
    ['DELETE', 'joor/accounts/brand', ''],
    ['POST', 'session', JSON.stringify({ token })],
  ]
  const types = ['', 'application/json', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']
  const reads = ['joor/accounts', 'requests', 'coverage?format=html', 'health']

  const call = async (mode, method, path, body, type) => {
    const way = `fetch ${mode} ${method} ${path} ${type}`
    const headers = type === '' ? {} : { 'content-type': type }
    try {
      const url = `${target}/_backstock/${path}`
      const reply = await fetch(url, { method, mode, body: body || null, headers, credentials: 'include' })
      seen.push({ way, outcome: reply.type === 'opaque' ? 'opaque' : `${reply.status} ${await reply.text()}` })
    } catch {
      seen.push({ way, outcome: 'failed' })
    }
  }
  for (const mode of ['cors', 'no-cors', 'same-origin']) {
    for (const [method, path, body] of changes) for (const type of types) await call(mode, method, path, body, type)
    for (const path of reads) await call(mode, 'GET', path, '', '')
  }

  const page = globalThis.document
  const firstOf = (...events) => Promise.race([...events, new Promise((done) => setTimeout(done, 2_000, 'silent'))])
  const on = (element, event, outcome) => new Promise((done) => element.addEventListener(event, () => done(outcome)))
  const load = async (name, attribute, path, rest = {}) => {
    const element = page.createElement(name)
    Object.assign(element, rest, { [attribute]: `${target}/_backstock/${path}` })
    const settled = firstOf(on(element, 'load', 'loaded'), on(element, 'error', 'failed'))
    page.body.append(element)
    seen.push({ way: name, outcome: await settled })
  }
  await load('img', 'src', 'joor/accounts')
  await load('script', 'src', 'joor/accounts')
  await load('link', 'href', 'coverage?format=html', { rel: 'stylesheet' })

  const source = new EventSource(`${target}/_backstock/requests/stream`)
  const outcome = await firstOf(on(source, 'open', 'opened'), on(source, 'error', 'failed'))
  seen.push({ way: 'EventSource', outcome })
  source.close()

  for (const enctype of types.slice(2))
    for (const path of ['reset', 'faults', 'session', 'requests/find']) {
      const frame = page.createElement('iframe')
      frame.name = `frame-${enctype}-${path}`
      page.body.append(frame)
      const form = page.createElement('form')
      Object.assign(form, { method: 'post', action: `${target}/_backstock/${path}`, enctype, target: frame.name })
      const input = page.createElement('input')
      // As text/plain it is the JSON of a fault whose message is "=".
      Object.assign(input, { name: '[{"fault":{"kind":"error","message":"', value: '"}}]' })
      form.append(input)
      page.body.append(form)
      const done = firstOf(on(frame, 'load'))
      form.submit()
      await done
      let text
      try {
        text = frame.contentDocument?.body.innerText
      } catch {
        // Of another origin.
      }
      seen.push({ way: `form ${enctype} ${path}`, outcome: text || 'not to be read' })
      form.remove()
      frame.remove()
    }
  return seen
}
