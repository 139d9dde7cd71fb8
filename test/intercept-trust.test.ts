import { describe, expect, it } from 'vitest'
import { InterceptedHosts, readHostGlob, readNamedHost } from '../server/intercept/hosts.js'
import { isLoopback, readTarget } from '../server/intercept/target.js'
import { bundleOf, exceptionsOf, guardedHosts, nodeVariables, proxyVariables } from '../server/intercept/trust.js'

const pem = (text: string) => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----`
const hosts = guardedHosts(new InterceptedHosts(['own.test'], []).names)

describe('NO_PROXY', () => {
  it.each<[string | undefined, readonly string[], readonly string[]]>([
    [undefined, [], []],
    ['', [], []],
    ['db.test, 10.0.0.1 ::1', ['db.test', '10.0.0.1', '::1'], []],
    ['*', [], ['*']],
    ['api.jooraccess.com', [], ['api.jooraccess.com']],
    ['API.JOORACCESS.COM:443', [], ['API.JOORACCESS.COM:443']],
    ['.jooraccess.com,jirafe.com', [], ['.jooraccess.com', 'jirafe.com']],
    ['*.jirafe.com,own.test', [], ['*.jirafe.com', 'own.test']],
    ['com', [], ['com']],
    ['atlas.jooraccess.com', [], ['atlas.jooraccess.com']],
    ['notjirafe.com,jirafe.com.test,www.jirafe.com', ['notjirafe.com', 'jirafe.com.test', 'www.jirafe.com'], []],
  ])('%j keeps %j and loses %j, which would let calls past', (list, kept, dropped) => {
    expect(exceptionsOf({ NO_PROXY: list }, hosts)).toEqual({ kept, dropped })
    expect(exceptionsOf({ no_proxy: list }, hosts)).toEqual({ kept, dropped })
  })

  it('is added to, in both spellings', () => {
    const { NO_PROXY, no_proxy } = proxyVariables('http://127.0.0.1:1', ['db.test', 'localhost'])
    expect(NO_PROXY).toBe('db.test,localhost,127.0.0.1,::1,[::1]')
    expect(no_proxy).toBe(NO_PROXY)
  })
})

describe('The bundle', () => {
  const files = new Map([
    ['/etc/pki/tls/certs/ca-bundle.crt', `# a comment\n${pem('system')}\n${pem('both')}\n`],
    ['/etc/ssl/cert.pem', pem('another system')],
    ['/mine.pem', `${pem('mine')}\n${pem('both')}\n-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----`],
  ])
  const read = async (path: string) => files.get(path)

  it("has ours, the user's and the system's, each once, and no key", async () => {
    const env = { SSL_CERT_FILE: '/mine.pem', CURL_CA_BUNDLE: '/mine.pem', AWS_CA_BUNDLE: '/gone.pem', DENO_CERT: '' }
    const bundle = await bundleOf(env, `${pem('ours')}\n`, read, () => [pem('built in')])
    expect(bundle).toBe(`${['ours', 'mine', 'both', 'system'].map(pem).join('\n')}\n`)
  })

  it('has those that Node brings where the system keeps none in a file', async () => {
    const bundle = await bundleOf(
      {},
      pem('ours'),
      async () => undefined,
      () => [pem('built in')],
    )
    expect(bundle).toBe(`${pem('ours')}\n${pem('built in')}\n`)
  })
})

it('What Node was told before it is told still', () => {
  const url = new URL('file:///a%20b/preload.js')
  expect(nodeVariables({ NODE_OPTIONS: '--max-old-space-size=99' }, url).NODE_OPTIONS).toBe(
    '--max-old-space-size=99 --import file:///a%20b/preload.js',
  )
  expect(nodeVariables({}, url)).toEqual({ NODE_USE_ENV_PROXY: '1', NODE_OPTIONS: '--import file:///a%20b/preload.js' })
})

describe('A host', () => {
  it.each([
    ['api.Example.com', { host: 'api.example.com', whose: 'both' }],
    ['joor=api.example.com', { host: 'api.example.com', whose: 'joor' }],
    ['JIRAFE=a.test.', { host: 'a.test', whose: 'jirafe' }],
    ['other=a.test', undefined],
    ['joor=', undefined],
    ['', undefined],
    ['a.test:443', undefined],
    ['https://a.test', undefined],
    ['127.0.0.1', undefined],
    ['localhost', undefined],
    ['*.a.test', undefined],
  ])('to be answered for is read off %j', (text, right) => {
    expect(readNamedHost(text)).toEqual(right)
  })

  it.each([
    ['*.Example.com', '*.example.com'],
    ['*', '*'],
    ['10.*', '10.*'],
    ['::1', '[::1]'],
    ['[::1]', '[::1]'],
    ['127.0.0.1', '127.0.0.1'],
    ['', undefined],
    ['a.test:443', undefined],
    ['http://a.test', undefined],
    ['* a', undefined],
  ])('to be allowed is read off %j', (text, right) => {
    expect(readHostGlob(text)).toBe(right)
  })

  it.each([
    ['*.shop.test', 'a.b.shop.test', true],
    ['*.shop.test', 'shop.test', false],
    ['*', 'a.test', true],
    ['*', '127.0.0.1', false],
    ['*', '[::1]', false],
    ['127.*', '127.0.0.1', false],
    ['localhost', 'localhost', true],
    ['localhost', '127.0.0.1', false],
    ['a.test', 'axtest', false],
  ])('%s allows %s: %s', (glob, host, allowed) => {
    expect(new InterceptedHosts([], [glob]).allows(host)).toBe(allowed)
  })

  it.each([
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['0.0.0.0', true],
    ['[::1]', true],
    ['[::]', true],
    ['[0:0:0:0:0:0:0:1]', true],
    ['[::ffff:127.0.0.1]', true],
    ['[::ffff:7f00:1]', true],
    ['localhost', true],
    ['a.localhost', true],
    ['10.0.0.1', false],
    ['[2001:db8::1]', false],
    ['localhost.test', false],
  ])('%s is this machine: %s', (host, own) => {
    expect(isLoopback(host)).toBe(own)
  })

  it.each([
    ['a.test:443', undefined, { host: 'a.test', port: 443 }],
    ['[::1]:80', undefined, { host: '[::1]', port: 80 }],
    ['a.test', 80, { host: 'a.test', port: 80 }],
    ['[::1]', 80, { host: '[::1]', port: 80 }],
    ['a.test', undefined, undefined],
    ['a.test:', undefined, undefined],
    ['a.test:0', 80, undefined],
    ['a.test:65536', 80, undefined],
    ['a@b.test:1', undefined, undefined],
  ])('and port are read off %j, with %j where there is none', (authority, usual, right) => {
    expect(readTarget(authority, usual)).toEqual(right)
  })
})
