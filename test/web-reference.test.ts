import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { browserForTests } from './browser.js'
import { bulk, items, oauth2, startTestEmulator } from './emulator.js'

const openPage = browserForTests()

interface Beside {
  readonly rule: string
  readonly evidence: string
  readonly source: string
}
interface Stated {
  readonly 'x-evidence'?: readonly Beside[]
}
interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly parameters: readonly (Stated & { readonly name: string; readonly in: string })[]
  readonly requestBody?: Stated
  readonly responses: Readonly<Record<string, Stated & { readonly $ref?: string }>>
  readonly 'x-rules'?: readonly string[]
}

const names = ['joor', 'jirafe', 'control'] as const
const read = (name: string) => JSON.parse(readFileSync(`contracts/openapi/${name}.json`, 'utf8'))
const documents = new Map(names.map((name) => [name, read(name)]))

function operationsOf(document: { readonly paths: Record<string, Record<string, Operation>> }) {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, ...operation })),
  )
}

/** Opens a page of the reference, and holds it to this: nothing fails in it, nothing is against its policy, nobody is asked. */
async function show(emulator: Emulator, path = '', options: Parameters<typeof openPage>[1] = {}) {
  const page = await openPage('about:blank', options)
  const wrong: string[] = []
  page.on('pageerror', (error) => wrong.push(error.message))
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted/i.test(message.text())) wrong.push(message.text())
  })
  page.on('dialog', (dialog) => {
    wrong.push(dialog.message())
    void dialog.dismiss()
  })
  await page.goto(`${emulator.url}/_backstock/ui/reference${path}`)
  return { page, wrong }
}

const heading = (page: Page) => page.locator('article h2')
const token = (page: Page) => page.getByLabel('Token', { exact: true })
const reply = (page: Page) => page.getByRole('region', { name: 'The reply', exact: true })
const bodyOf = (page: Page) => page.getByRole('textbox', { name: 'Body, application/json' })
const send = (page: Page) => page.getByRole('button', { name: 'Send', exact: true }).click()
const sent = async (emulator: Emulator) => (await supertest(emulator.url).get('/_backstock/requests')).body.requests

/** Opens the form of an operation. */
async function tryOf(emulator: Emulator, path: string) {
  const opened = await show(emulator, path)
  await opened.page.getByRole('button', { name: 'Try it' }).click()
  return opened
}

/** Wherever something that was typed could be seen afterwards: the page, its address and storage, and the journal. */
async function seenOf(page: Page, emulator: Emulator): Promise<readonly string[]> {
  const [call] = await sent(emulator)
  const kept = (await supertest(emulator.url).get(`/_backstock/requests/${call.id}`)).text
  const stored = await page.evaluate(
    'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, history.state])',
  )
  return [kept, call.path, String(stored), page.url(), await page.content()]
}

/** What each statement of a section rests on, as the page says it, by what the statement is about. */
const evidenceIn = (page: Page, section: string): Promise<readonly [string, readonly Beside[]][]> =>
  page.evaluate((title) => {
    // biome-ignore lint/suspicious/noExplicitAny: this runs in the page, whose types are not those of Node.
    const { document } = globalThis as any
    const sections = [...document.querySelectorAll('article section')]
    const found = sections.find((each) => each.querySelector('h3')?.textContent.startsWith(title))
    const text = (each: { readonly querySelector: (of: string) => { readonly textContent: string } }, of: string) =>
      each.querySelector(of).textContent.trim()
    const statements = [...(found?.querySelectorAll(':scope > .fields > li > .statement, :scope > .statement') ?? [])]
    return statements.map((statement) => [
      statement.querySelector('.field-head :is(b, .status)')?.textContent ?? '',
      [...statement.querySelectorAll('.evidence-list > li')].map((each) => ({
        rule: text(each, 'code'),
        evidence: text(each, '.evidence'),
        source: text(each, '.source'),
      })),
    ])
  }, section)

const besideOf = (name: string, { 'x-evidence': evidence = [] }: Stated): [string, readonly Beside[]] => [
  name,
  evidence,
]

describe('The reference', () => {
  it.each(names)(
    'opens every operation of %s from its list, with the evidence of the document beside each statement',
    async (name) => {
      const emulator = await startTestEmulator()
      const document = documents.get(name)
      const operations = operationsOf(document)
      const { page, wrong } = await show(emulator, `/${name}`)
      const links = page.getByRole('navigation', { name: 'Operations' }).locator('li a')
      await links.first().waitFor()
      expect(await links.count()).toBe(operations.length)
      for (const operation of operations) {
        await page.locator(`li a[href$="/${name}/${operation.operationId}"]`).click()
        await expect.poll(() => heading(page).innerText()).toBe(`${operation.method} ${operation.path}`)
        expect(new URL(page.url()).pathname).toBe(`/_backstock/ui/reference/${name}/${operation.operationId}`)
        expect(await page.locator('.summary').innerText()).toBe(operation.summary)
        for (const [place, title] of [
          ['path', 'In the path'],
          ['query', 'In the query'],
          ['header', 'Headers'],
        ])
          expect(await evidenceIn(page, title ?? '')).toEqual(
            operation.parameters.filter((each) => each.in === place).map((each) => besideOf(each.name, each)),
          )
        expect(await evidenceIn(page, 'Body')).toEqual(
          operation.requestBody ? [besideOf('', operation.requestBody)] : [],
        )
        const replies = Object.entries(operation.responses).map(([status, { $ref = '', ...own }]) =>
          besideOf(status, document.components.responses[$ref.replace(/.*\//, '')] ?? own),
        )
        expect(await evidenceIn(page, 'Replies')).toEqual(replies)
      }
      expect(wrong).toEqual([])
    },
    180_000,
  )

  it('shows a body as a tree: each field with what it means, what it has to be, and the evidence of the schema', async () => {
    const emulator = await startTestEmulator()
    const { page } = await show(emulator, '/joor/postBulkInventory')
    const tree = page.getByRole('list', { name: 'the body, application/json' })
    await tree.waitFor()
    const fields = documents.get('joor').components.schemas['joor.inventory-item'].properties
    for (const [name, field] of Object.entries<Stated & { readonly description: string }>(fields)) {
      const statement = tree.locator('.statement').filter({ has: page.locator(`b:text-is("${name}")`) })
      expect(await statement.locator('p').nth(1).innerText()).toBe(field.description.replaceAll('`', ''))
      expect(await statement.locator('.evidence-list code').allInnerTexts()).toEqual(
        (field['x-evidence'] ?? []).map(({ rule }) => rule),
      )
    }
    expect(Object.keys(fields).length).toBeGreaterThan(8)
    await page.getByRole('button', { name: 'application/xml' }).first().click()
    expect(await page.getByRole('region', { name: /^Example of the body, application\/xml/ }).innerText()).toContain(
      '<warehouse>New York</warehouse>',
    )
  }, 60_000)

  it('tells beside the evidence what the rule says, and lists the rules of a call by their evidence', async () => {
    const emulator = await startTestEmulator()
    const { page } = await show(emulator, '/joor/postBulkInventory')
    const { 'x-rules': book, paths } = documents.get('joor')
    const first = page.locator('.evidence-list li').filter({ hasText: 'joor.query.overwrite_value' }).first()
    await first.locator('summary').click()
    expect(await first.locator('p').innerText()).toBe(book['joor.query.overwrite_value'].statement)
    const ids: readonly string[] = paths['/v2/bulk-inventory'].post['x-rules']
    const listed = page.locator('.told > li')
    expect(await listed.locator('.field-head code').allInnerTexts()).toEqual(ids)
    await page.locator('.grades').getByRole('button', { name: 'documented' }).click()
    const documented = ids.filter((id) => book[id].evidence === 'documented')
    await expect.poll(() => listed.locator('.field-head code').allInnerTexts()).toEqual(documented)
    expect(new URL(page.url()).search).toBe('?evidence=documented')
    await page.reload()
    await expect.poll(() => listed.count()).toBe(documented.length)
    expect(documented.length).toBeLessThan(ids.length)
  }, 60_000)

  it('is searched, moved through by keys, and folded away on a phone', async () => {
    const emulator = await startTestEmulator()
    const { page } = await show(emulator, '/control')
    const links = page.locator('.operation-list li a')
    await links.first().waitFor()
    // One key behind the other, as hands do: each goes to the search, which nothing may take the focus back to later.
    await page.keyboard.type('/delete snapshot')
    expect(await page.getByLabel('Search operations').inputValue()).toBe('delete snapshot')
    await expect.poll(() => links.count()).toBe(1)
    for (const key of ['ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key)
    await page.waitForURL('**/control/deleteSnapshot')
    await page.keyboard.press('j')
    await page.waitForURL((url) => !url.pathname.endsWith('deleteSnapshot'))
    await page.keyboard.press('k')
    await page.waitForURL('**/control/deleteSnapshot')

    await page.setViewportSize({ width: 390, height: 800 })
    await page.getByRole('button', { name: 'Operations' }).waitFor()
    expect(await links.count()).toBe(0)
    await page.getByRole('button', { name: 'Operations' }).click()
    await page.locator('a[href$="/control/getClock"]').click()
    await expect.poll(() => heading(page).innerText()).toBe('GET /_backstock/clock')
    expect(await links.count()).toBe(0)
    expect(await page.evaluate('document.activeElement.tagName')).toBe('ARTICLE')
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
  }, 60_000)

  it.each([
    ['/nothing', 'There is no reference nothing.'],
    ['/joor/getNothing', 'There is no operation getNothing here.'],
  ])(
    'says at %s that there is nothing',
    async (path, said) => {
      const { page } = await show(await startTestEmulator(), path)
      await page.getByRole('heading', { name: said }).waitFor()
    },
    60_000,
  )

  it('shows all text of a document as text', async () => {
    const emulator = await startTestEmulator()
    const hostile = '<img src=x onerror=alert(1)>`<script>alert(2)</script>`[x](javascript:alert(3))'
    const document = structuredClone(documents.get('joor'))
    const { post } = document.paths['/v2/bulk-inventory']
    post.summary = post.description = post.parameters[0].description = document.info.description = hostile
    post.requestBody.content['application/json'].examples.page.value = { [hostile]: hostile }
    document['x-rules']['joor.query.overwrite'].statement = hostile
    const { page, wrong } = await show(emulator)
    await page.route('**/openapi/joor.json', (route) => route.fulfill({ json: document }))
    await page.goto(`${emulator.url}/_backstock/ui/reference/joor/postBulkInventory`)
    await page.getByText('<img src=x onerror=alert(1)>').first().waitFor()
    expect(await page.getByText('onerror=alert(1)>').count()).toBeGreaterThan(4)
    expect(await page.locator('article img, article script, article a[href^="javascript"]').count()).toBe(0)
    expect(wrong).toEqual([])
  }, 60_000)

  it('would show another grade if the document had one: what is compared here is read from the page', async () => {
    const emulator = await startTestEmulator()
    const document = structuredClone(documents.get('joor'))
    const [parameter] = document.paths['/v2/bulk-inventory'].post.parameters
    parameter['x-evidence'][0].evidence = 'observed'
    const { page } = await show(emulator)
    await page.route('**/openapi/joor.json', (route) => route.fulfill({ json: document }))
    await page.goto(`${emulator.url}/_backstock/ui/reference/joor/postBulkInventory`)
    await heading(page).waitFor()
    const [first] = await evidenceIn(page, 'In the query')
    expect(first?.[1][0]?.evidence).toBe('observed')
    expect(first).not.toEqual(besideOf('overwrite', operationsOf(documents.get('joor'))[0]?.parameters[0] ?? {}))
  }, 60_000)
})

describe('Try it', () => {
  it('sends what the form says to the vendor’s path, and leads to the call', async () => {
    const emulator = await startTestEmulator()
    await supertest(emulator.url).put('/_backstock/joor/accounts/brand').send({ token: 'sesame' }).expect(201)
    const { page, wrong } = await tryOf(emulator, '/joor/postBulkInventory')
    await page.getByLabel('overwrite query').fill('1')
    await page.getByLabel('return_format query').fill('xml')
    await token(page).fill('sesame')
    const body = JSON.stringify({ inventory_items: [{ warehouse: 'A & B', upc: '1', inventory: 7 }] })
    await bodyOf(page).fill(body)
    await send(page)
    await reply(page).waitFor()
    expect(await reply(page).innerText()).toMatch(/^200[\s\S]*<items_updated>/)
    const [call, ...others] = await sent(emulator)
    expect(others).toEqual([])
    expect(call).toMatchObject({
      account: 'brand',
      method: 'POST',
      path: '/v2/bulk-inventory?overwrite=1&return_format=xml',
    })
    await page.getByRole('link', { name: 'Open the call in Requests' }).click()
    await page.waitForURL(`**/requests/${call.id}`)
    const detail = (await supertest(emulator.url).get(`/_backstock/requests/${call.id}`)).body
    expect(detail.request.body).toBe(body)
    expect(detail.request.headers).not.toHaveProperty('cookie')
    await page.goBack()
    expect(await bodyOf(page).inputValue()).toBe(body)
    expect(wrong).toEqual([])
  }, 60_000)

  it('begins with the example of the document, in each format, and with what the header names', async () => {
    const emulator = await startTestEmulator()
    const { page } = await tryOf(emulator, '/joor/postBulkInventory')
    await page.locator('.try').getByRole('button', { name: 'application/xml' }).click()
    await send(page)
    await reply(page).waitFor()
    const [first] = await sent(emulator)
    expect(first).toMatchObject({ status: 200, items: { updated: 7, not_updated: 0 } })
    await page.goto(`${emulator.url}/_backstock/ui/reference/jirafe/postInventory?site=shop-7`)
    await page.getByRole('button', { name: 'Try it' }).click()
    await send(page)
    await reply(page).waitFor()
    expect((await sent(emulator))[0]).toMatchObject({ status: 200, site: 'shop-7', path: '/v2/shop-7/inventory' })
  }, 60_000)

  it('keeps a token out of the address, the page, its storage, the journal and the command', async () => {
    const emulator = await startTestEmulator()
    const { page } = await tryOf(emulator, '/joor/putStyleInventory')
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: emulator.url })
    expect(await token(page).getAttribute('type')).toBe('password')
    await token(page).fill('typed-secret')
    await send(page)
    await reply(page).waitFor()
    await page.getByText(/^Headers \(/).click()
    await page.getByRole('button', { name: 'Copy as curl' }).click()
    await page.getByText('Copied.').waitFor()
    const copied = await page.evaluate('navigator.clipboard.readText()')
    expect(copied).toMatch(/^curl -X PUT 'http:.*-H "Authorization: OAuth2 \$BACKSTOCK_TOKEN"/)
    const seen = [copied, ...(await seenOf(page, emulator))]
    for (const text of seen)
      for (const secret of ['typed-secret', oauth2('typed-secret').slice(7)]) expect(text).not.toContain(secret)
    await page.reload()
    await page.getByRole('button', { name: 'Try it' }).click()
    expect(await token(page).inputValue()).not.toBe('typed-secret')
  }, 60_000)

  it('would be seen to show a secret if it did: another field is shown, and is in the journal', async () => {
    const emulator = await startTestEmulator()
    const { page } = await tryOf(emulator, '/joor/putStyleInventory')
    await page.getByLabel('warehouse query').fill('typed-secret')
    await send(page)
    await reply(page).waitFor()
    const seen = await seenOf(page, emulator)
    expect(seen.filter((text) => text.includes('typed-secret')).length).toBeGreaterThan(1)
  }, 60_000)

  it('is copied as a command that sends the same', async () => {
    const emulator = await startTestEmulator()
    await supertest(emulator.url).put('/_backstock/joor/accounts/brand').send({ token: 'sesame' }).expect(201)
    const { page } = await tryOf(emulator, '/joor/postBulkInventory')
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: emulator.url })
    await page.getByLabel('return_format query').fill('x&y z')
    await bodyOf(page).fill('{"inventory_items":[{"warehouse":"L\'Été $HOME `id` \\\\","upc":"1",\n"inventory":7}]}')
    await token(page).fill('sesame')
    await send(page)
    await reply(page).waitFor()
    await page.getByRole('button', { name: 'Copy as curl' }).click()
    await page.getByText('Copied.').waitFor()
    const command = String(await page.evaluate('navigator.clipboard.readText()'))
    const env = { ...process.env, BACKSTOCK_TOKEN: oauth2('sesame').slice(7) }
    await promisify(execFile)('sh', ['-c', command], { env })
    const calls = await sent(emulator)
    expect(calls).toHaveLength(2)
    const details = await Promise.all(
      calls.map(
        async ({ id }: { id: string }) => (await supertest(emulator.url).get(`/_backstock/requests/${id}`)).body,
      ),
    )
    const [again, first] = details.map(({ account, method, path, request, outcomes }) => ({
      account,
      method,
      path,
      body: request.body,
      type: request.headers['content-type'],
      outcomes,
    }))
    expect(again).toEqual(first)
    expect(first).toMatchObject({ account: 'brand', path: '/v2/bulk-inventory?return_format=x%26y%20z' })
    expect(first?.body).toContain('$HOME `id`')
  }, 60_000)

  it('says that a token cannot be sent, without saying the token', async () => {
    const emulator = await startTestEmulator()
    const { page } = await tryOf(emulator, '/jirafe/postInventory')
    await token(page).fill('тайна')
    await send(page)
    await page.getByText('A header has a character that none can have.').waitFor()
    expect(await page.content()).not.toContain('тайна')
    expect(await sent(emulator)).toEqual([])
  }, 60_000)

  it.each(['..', '.'])(
    'sends no %s in a path, which would lead a browser to another one',
    async (name) => {
      const emulator = await startTestEmulator()
      await bulk(emulator, items({ warehouse: 'A', upc: '1', inventory: 1 }))
      const { page } = await tryOf(emulator, '/control/deleteAccount')
      await page.getByLabel('account path, required').fill(name)
      await page.getByText(`account is ${name}, which no browser sends.`).waitFor()
      expect(await page.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(true)
      await page.getByLabel('account path, required').press('Enter')
      await page.getByLabel('account path, required').fill('a/../b?c#d %2e')
      expect(await page.locator('.sent').innerText()).toBe(
        'DELETE /_backstock/joor/accounts/a%2F..%2Fb%3Fc%23d%20%252e',
      )
      expect((await supertest(emulator.url).get('/_backstock/joor/accounts')).body.accounts).toHaveLength(1)
    },
    60_000,
  )

  it.each(['clearRequests', 'reset'])(
    'asks before %s takes away what nothing brings back',
    async (operation) => {
      const emulator = await startTestEmulator()
      await bulk(emulator, items({ warehouse: 'A', upc: '1', inventory: 1 }))
      const left = async () => [
        (await sent(emulator)).length,
        (await supertest(emulator.url).get('/_backstock/joor/accounts')).body.accounts.length,
      ]
      const { page } = await tryOf(emulator, `/control/${operation}`)
      await send(page)
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      expect(await left()).toEqual([1, 1])
      expect(await reply(page).count()).toBe(0)
      await send(page)
      await page.getByRole('dialog').getByRole('button', { name: 'Send it' }).click()
      await reply(page).waitFor()
      expect(await left()).toEqual(operation === 'reset' ? [1, 0] : [0, 1])
    },
    60_000,
  )

  it('reads a stream as long as somebody wants to, and tells of a reply that never came', async () => {
    const emulator = await startTestEmulator()
    const { page } = await tryOf(emulator, '/control/streamRequests')
    await send(page)
    await page.getByText('It is still coming.').waitFor()
    await bulk(emulator, items({ warehouse: 'A', upc: '1', inventory: 1 }))
    await page.getByText('joor.bulk-inventory').first().waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByText('You stopped it; this is what had come.').waitFor()
    await supertest(emulator.url)
      .put('/_backstock/faults')
      .send([{ times: 1, fault: { kind: 'reset' } }])
    await page.goto(`${emulator.url}/_backstock/ui/reference/jirafe/postInventory`)
    await page.getByRole('button', { name: 'Try it' }).click()
    await send(page)
    await page.getByText('No reply came.').waitFor()
  }, 60_000)

  it('speaks with the session where there is a control token, and with a vendor never', async () => {
    const emulator = await startTestEmulator({ controlToken: 'control-token' })
    const { page } = await show(emulator, '/control/setClock')
    await page.getByLabel('Control token').fill('control-token')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'Try it' }).click()
    await bodyOf(page).fill('{"freeze":"2026-01-23T12:00:00Z"}')
    await send(page)
    await expect.poll(() => reply(page).locator('.status').innerText()).toBe('200')
    await page.goto(`${emulator.url}/_backstock/ui/reference/jirafe/postInventory`)
    await page.getByRole('button', { name: 'Try it' }).click()
    const [call] = await Promise.all([page.waitForRequest('**/v2/**'), send(page)])
    await reply(page).waitFor()
    expect(await call.allHeaders()).not.toHaveProperty('cookie')
  }, 60_000)
})
