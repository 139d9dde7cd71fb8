import { describe, expect, it } from 'vitest'
import { Heads, readHead } from '../server/head.js'
import { keptHeaders, keptTarget } from '../server/journal/kept-head.js'

const usual = {
  Host: 'api.example',
  Authorization: 'Bearer a-token-of-somebody',
  'Content-Type': 'application/json',
  'Content-Length': '12',
}

/** A call as Node tells of it, with texts of its own. */
function call(more: Readonly<Record<string, string>> = {}, url = '/v2/shop/inventory', method = 'POST') {
  const copied = (text: string) => Buffer.from(text).toString()
  const headers = Object.entries({ ...usual, ...more }).map(([name, value]) => [name, copied(value)] as const)
  return {
    method,
    url: copied(url),
    rawHeaders: headers.flat(),
    headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
  }
}

/** What a call says, without what was made of it. */
function saidBy({ sentTarget, sentHeaders, authorization, ...said }: ReturnType<typeof readHead>) {
  return { ...said, sent: [sentTarget.value, sentHeaders.value, authorization.value] }
}

describe('The heads of a connection', () => {
  it('are one where a call says what the one before said', () => {
    const heads = new Heads()
    expect(heads.read(call())).toBe(heads.read(call()))
  })

  it.each([
    ['another path', call({}, '/v2/shop/order')],
    ['another query', call({}, '/v2/shop/inventory?force=1')],
    ['another method', call({}, '/v2/shop/inventory', 'PUT')],
    ['another token', call({ Authorization: 'Bearer a-token-of-nobody' })],
    ['another type', call({ 'Content-Type': 'text/plain' })],
    ['another length', call({ 'Content-Length': '13' })],
    ['one header more', call({ 'X-Request-Id': '1' })],
    ['a length under another name', call({ 'X-Content-Length': '12' })],
  ])('say what each call says: %s', (_what, other) => {
    const heads = new Heads()
    for (const each of [call(), other, call(), call(), other, other])
      expect(saidBy(heads.read(each))).toEqual(saidBy(readHead(each)))
  })

  it('share what is kept of their headers with calls whose bodies are as long, whatever came in between', () => {
    const heads = new Heads()
    const secrets = ['a-token-of-somebody']
    const kept = (length: string) => keptHeaders(heads.read(call({ 'Content-Length': length })), secrets)
    const first = kept('12')
    expect(kept('13')).toEqual({ ...first, 'content-length': '13' })
    expect(kept('12')).toBe(first)
    expect(JSON.stringify(first)).not.toContain('a-token-of-somebody')
  })

  it('tell no more lengths apart than they have to, and each rightly', () => {
    const heads = new Heads()
    for (let length = 0; length < 500; length++)
      expect(heads.read(call({ 'Content-Length': `${length}` })).headers['content-length']).toBe(`${length}`)
  })

  it('are kept without the secrets of each call, not without those of the call before', () => {
    const heads = new Heads()
    const target = '/v2/first-secret/second-secret'
    const kept = (secret: string) => keptTarget(heads.read(call({}, target)), [secret])
    expect(kept('first-secret')).toBe('/v2/«token»/second-secret')
    expect(kept('second-secret')).toBe('/v2/first-secret/«token»')
    expect(kept('first-secret')).toBe('/v2/«token»/second-secret')
  })
})
