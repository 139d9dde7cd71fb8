import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import express from 'express'
import supertest from 'supertest'
import { describe, expect, it, onTestFinished } from 'vitest'
import { pages } from '../server/control/pages.js'
import { startTestEmulator } from './emulator.js'

const assets = 'dist/web/assets'
const most = 150_000

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

/** Bytes of script that a browser fetches, compressed as a server would that compresses. */
const compressed = (scripts: readonly string[]) => scripts.reduce((sum, script) => sum + gzipSync(script).byteLength, 0)

/** What of a page would be script or style of its own, or come from elsewhere. */
function foreignTo(html: string): readonly string[] {
  const inline = html.match(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/gi) ?? []
  const elsewhere = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].flatMap(([, address = '']) =>
    address.startsWith('/_backstock/ui/assets/') ? [] : [address],
  )
  return [...inline, ...elsewhere]
}

describe('The dashboard', () => {
  it.each(['', '/', '/ui', '/ui/', '/ui/requests', '/ui/requests/some-id?account=brand', '//ui/inventory'])(
    'is one page at /_backstock%s, under a policy that lets nothing in',
    async (path) => {
      const emulator = await startTestEmulator()
      const reply = await supertest(emulator.url).get(`/_backstock${path}`).expect(200)
      expect(reply.headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': policy,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
        'cache-control': 'no-cache',
      })
      expect(foreignTo(reply.text)).toEqual([])
      expect(reply.text).toContain('<script type="module"')
    },
  )

  it('has not failed where the browser is gone before it comes', async () => {
    const log: string[] = []
    const emulator = await startTestEmulator({ log: (line) => log.push(line) })
    const ask = 'GET /_backstock HTTP/1.1\r\nHost: localhost\r\n\r\n'
    const leave = async () => {
      const socket = connect(Number(new URL(emulator.url).port), '127.0.0.1')
      await once(socket, 'connect')
      socket.write(ask, () => socket.resetAndDestroy())
      await once(socket, 'close')
    }
    for (let round = 0; round < 20; round++) await Promise.all(Array.from({ length: 20 }, leave))
    await supertest(emulator.url).get('/_backstock').expect(200)
    expect(log).toEqual([])
  })

  it('is never taken from a cache unasked, and told apart by nothing that versions have in common', async () => {
    const emulator = await startTestEmulator()
    const { headers } = await supertest(emulator.url).get('/_backstock/')
    expect(headers).not.toHaveProperty('last-modified')
    expect(headers).not.toHaveProperty('etag')
  })

  it('has files that are kept for ever, by names of their own content', async () => {
    const emulator = await startTestEmulator()
    const names = readdirSync(assets)
    expect(names.map((name) => name.replace(/^.*\./, '')).sort()).toEqual(['css', 'js', 'svg'])
    for (const name of names) {
      expect(name).toMatch(/-[\w-]{8}\.\w+$/)
      const reply = await supertest(emulator.url).get(`/_backstock/ui/assets/${name}`).expect(200)
      expect(reply.headers['cache-control']).toBe('public, max-age=31536000, immutable')
      expect(reply.headers['x-content-type-options']).toBe('nosniff')
    }
  })

  it.each(['nothing.js', '', '../index.html', '..%2findex.html', '%2e%2e%2f%2e%2e%2fTHIRD-PARTY.txt', 'x%00.js'])(
    'has no file %o',
    async (name) => {
      const emulator = await startTestEmulator()
      const reply = await supertest(emulator.url).get(`/_backstock/ui/assets/${name}`)
      expect(reply.text).not.toMatch(/Copyright/)
      expect(reply.status).toBeGreaterThanOrEqual(400)
      expect(reply.headers['content-type']).toContain('application/problem+json')
    },
  )

  it('takes nothing from what programs ask: those answers are JSON, whatever a browser would rather have', async () => {
    const emulator = await startTestEmulator()
    for (const path of ['requests', 'health', 'joor/accounts', 'clock']) {
      const reply = await supertest(emulator.url).get(`/_backstock/${path}`).set('Accept', 'text/html').expect(200)
      expect(reply.headers['content-type']).toBe('application/json; charset=utf-8')
      expect(reply.headers).not.toHaveProperty('content-security-policy')
    }
    await supertest(emulator.url).post('/_backstock/ui/requests').expect(404)
  })

  it('says how it is built where it is not', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'backstock-pages-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const app = express()
      .use(pages(folder))
      .use(((error, _request, response, _next) =>
        response.status(error.status).send(error.message)) as express.ErrorRequestHandler)
    const reply = await supertest(app).get('/').expect(503)
    expect(reply.text).toContain('npm run build')
  })
})

describe('The scripts of the dashboard', () => {
  const scripts = readdirSync(assets)
    .filter((name) => name.endsWith('.js'))
    .map((name) => readFileSync(join(assets, name), 'utf8'))

  it('are at most 150 kB compressed, in all', () => {
    expect(scripts.length).toBeGreaterThan(0)
    expect(compressed(scripts)).toBeLessThan(most)
  })

  it('put no text into the page as markup', () => {
    // Preact has a way to, which no component takes.
    const sources = readdirSync('web', { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name))
    expect(sources.length).toBeGreaterThan(20)
    for (const name of sources)
      expect(readFileSync(join('web', name), 'utf8')).not.toMatch(
        /innerHTML|outerHTML|insertAdjacentHTML|document\.write/i,
      )
  })

  it('bring their licences', () => {
    const licences = readFileSync('dist/THIRD-PARTY.txt', 'utf8')
    for (const name of ['preact', '@preact/signals', '@preact/signals-core'])
      expect(licences).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+: MIT$`, 'm'))
  })
})

describe('A planted fault', () => {
  it('is caught: a library more than there is room for', () => {
    let seed = 1
    const noise = Array.from({ length: 300_000 }, () => {
      seed = (seed * 16_807) % 2_147_483_647
      return String.fromCharCode(33 + (seed % 90))
    }).join('')
    expect(compressed([noise])).toBeGreaterThan(most)
  })

  it.each([
    '<script>alert(1)</script>',
    '<style>p{}</style>',
    '<p style="color:red">',
    '<p onclick="x()">',
    '<script src="https://cdn.example/x.js"></script>',
  ])('is caught: %s', (html) => {
    expect(foreignTo(html)).not.toEqual([])
  })
})
