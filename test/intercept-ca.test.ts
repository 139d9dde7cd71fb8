import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CaFolder } from '../server/intercept/ca-folder.js'
import { usualCaFolder } from '../server/intercept/ca-place.js'
import { createAuthority, createLeaf, readAuthority } from '../server/intercept/certificates.js'
import { commandIn } from './command.js'
import { startTestEmulator } from './emulator.js'
import { tellMissing } from './missing-tools.js'

const day = 86_400_000
const start = new Date('2026-03-01T12:00:00Z')
const at = (days: number) => () => new Date(start.getTime() + days * day)

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backstock-ca-'))
})
afterEach(() => rm(folder, { recursive: true }))

const modeOf = async (path: string) => (await stat(path)).mode & 0o777
const opened = (now = at(0), hosts: readonly string[] = []) => new CaFolder(join(folder, 'ca'), now).open(hosts)

describe('The certificate authority', () => {
  it('is made on first use, its key for the user alone, and then kept', async () => {
    const made = await opened()
    expect(made).toMatchObject({ path: join(folder, 'ca/ca.pem'), isNew: true })
    expect((await readdir(join(folder, 'ca'))).sort()).toEqual(['ca-key.pem', 'ca.pem'])
    expect(await modeOf(join(folder, 'ca'))).toBe(0o700)
    expect(await modeOf(join(folder, 'ca/ca-key.pem'))).toBe(0o600)
    expect(await readFile(made.path, 'utf8')).toBe(made.certificate)
    expect(made.certificate).not.toContain('PRIVATE')
    expect(await opened(at(900))).toEqual({ ...made, isNew: false })
  })

  it('says what it is, and shows the fingerprint that others show', async () => {
    const { certificate, fingerprint, until } = await opened()
    const read = new X509Certificate(certificate)
    expect(read).toMatchObject({
      ca: true,
      fingerprint256: fingerprint,
      subject: expect.stringContaining('Backstock local CA 2026-03-01'),
    })
    expect([new Date(read.validFrom) < start, new Date(read.validTo)]).toEqual([true, until])
  })

  it('is the same for all who begin at once', async () => {
    const all = await Promise.all(Array.from({ length: 12 }, () => opened()))
    expect(new Set(all.map(({ fingerprint }) => fingerprint)).size).toBe(1)
    expect(all.filter(({ isNew }) => isNew)).toHaveLength(1)
    expect((await readdir(join(folder, 'ca'))).sort()).toEqual(['ca-key.pem', 'ca.pem'])
  })

  it('is renewed when its end is near, by all who begin at once to the same one', async () => {
    const before = await opened()
    const left = (before.until.getTime() - start.getTime()) / day
    expect(await opened(at(left - 31))).toMatchObject({ isNew: false, fingerprint: before.fingerprint })
    const all = await Promise.all(Array.from({ length: 8 }, () => opened(at(left - 29))))
    const [after] = all
    expect(new Set(all.map(({ fingerprint }) => fingerprint))).toEqual(new Set([after?.fingerprint]))
    expect(after?.fingerprint).not.toBe(before.fingerprint)
    expect(await readFile(join(folder, 'ca/ca.pem'), 'utf8')).toBe(after?.certificate)
    expect((await readdir(join(folder, 'ca'))).sort()).toEqual(['ca-key.pem', 'ca.pem'])
  })

  it('is renewed although a process died while it did so', async () => {
    const before = await opened()
    await writeFile(join(folder, 'ca/ca-key.pem.next'), await readFile(join(folder, 'ca/ca-key.pem')))
    const after = await new CaFolder(join(folder, 'ca'), at(0)).replace([])
    const last = after.isNew ? after : await new CaFolder(join(folder, 'ca'), at(0)).replace([])
    expect(last).toMatchObject({ isNew: true })
    expect(last.fingerprint).not.toBe(before.fingerprint)
  })

  it('is closed again where a copy let others read its key', async () => {
    await opened()
    await chmod(join(folder, 'ca/ca-key.pem'), 0o644)
    await opened()
    expect(await modeOf(join(folder, 'ca/ca-key.pem'))).toBe(0o600)
  })

  it.each([
    ['is empty', () => ''],
    ['is no PEM', () => 'hello'],
    ['has no key', async () => (await createAuthority(['a.test'], start)).certificate],
    [
      "has another one's key",
      async () =>
        (await createAuthority(['a.test'], start)).key + (await createAuthority(['a.test'], start)).certificate,
    ],
    ['is cut', async () => (await createAuthority(['a.test'], start)).key.slice(0, 90)],
  ])('is not replaced in silence where its file %s', async (_says, write) => {
    await mkdir(join(folder, 'ca'))
    const text = await write()
    await writeFile(join(folder, 'ca/ca-key.pem'), text)
    await expect(opened()).rejects.toThrow(/holds no certificate authority.*backstock ca --new/)
    expect(await readFile(join(folder, 'ca/ca-key.pem'), 'utf8')).toBe(text)
    expect((await new CaFolder(join(folder, 'ca'), at(0)).replace([])).isNew).toBe(true)
  })

  it('speaks for no other host than it was made for, and says how it comes to', async () => {
    expect((await opened()).domains).toEqual(['jooraccess.com', 'jirafe.com'])
    await opened(at(0), ['shop.jirafe.com'])
    await expect(opened(at(0), ['api.jooraccess.com', 'own.test'])).rejects.toThrow(
      /not for own\.test.*--new --intercept-host own\.test, or/,
    )
    const wider = await new CaFolder(join(folder, 'ca'), at(0)).replace(['own.test'])
    expect(wider.domains).toEqual(['jooraccess.com', 'jirafe.com', 'own.test'])
    expect(await opened(at(0), ['own.test'])).toMatchObject({ isNew: false })
  })

  it('that cannot be kept is told, with the folder', async () => {
    await writeFile(join(folder, 'ca'), 'a file')
    await expect(opened()).rejects.toThrow(/ca cannot be read or written: .*--ca-dir/)
  })
})

describe('OpenSSL', () => {
  const verify = (...words: readonly string[]) => {
    try {
      return execFileSync('openssl', ['verify', '-x509_strict', ...words], { encoding: 'utf8', stdio: 'pipe' })
    } catch (error) {
      return error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error)
    }
  }

  it('takes the certificates of the vendors, and none that the key was misused for', async (context) => {
    try {
      execFileSync('openssl', ['version'])
    } catch {
      tellMissing('openssl is missing, so nobody else judges the certificates: apt-get install openssl', context)
      return
    }
    const now = new Date()
    const authority = await createAuthority(['jooraccess.com', 'jirafe.com'], now)
    const ca = join(folder, 'ca.pem')
    await writeFile(ca, authority.certificate)
    for (const [host, right] of [
      ['api.jooraccess.com', /: OK/],
      ['event.jirafe.com', /: OK/],
      ['www.example.com', /permitted subtree violation/],
      ['jirafe.com.example.com', /permitted subtree violation/],
    ] as const) {
      const leaf = join(folder, `${host}.pem`)
      await writeFile(leaf, (await createLeaf(authority, host, now)).certificate)
      expect([host, verify('-CAfile', ca, leaf)]).toEqual([host, expect.stringMatching(right)])
    }
  })
})

describe('A certificate of a host', () => {
  it('has a key of its own and ends soon', async () => {
    const authority = await createAuthority(['jirafe.com'], start)
    const one = await createLeaf(authority, 'event.jirafe.com', start)
    const other = await createLeaf(authority, 'event.jirafe.com', start)
    expect(one.key).not.toBe(other.key)
    expect(one.key).not.toBe(authority.key)
    const read = new X509Certificate(one.certificate)
    expect(read.ca).toBe(false)
    expect(new Date(read.validTo).getTime() - start.getTime()).toBe(2 * day)
    expect(one.renewAt.getTime()).toBeLessThan(new Date(read.validTo).getTime())
    expect((await readAuthority(authority.key + authority.certificate))?.fingerprint).toBe(authority.fingerprint)
  })

  it("goes by the machine's time, whatever the emulator's clock shows", async () => {
    const emulator = await startTestEmulator({
      clock: () => new Date('2015-01-23T00:00:00Z'),
      intercept: { caDir: join(folder, 'ca') },
    })
    const { validFrom, validTo } = new X509Certificate(emulator.intercept?.certificate ?? '')
    expect([new Date(validFrom) < new Date(), new Date(validTo) > new Date()]).toEqual([true, true])
  })
})

describe('backstock ca', () => {
  const run = (...words: readonly string[]) =>
    commandIn({ folder, env: { XDG_DATA_HOME: join(folder, 'data') } }, 'ca', ...words)

  it('says where it is, until when, and how it is trusted', async () => {
    const { code, printed } = await run()
    const path = join(folder, 'data/backstock/ca.pem')
    expect(code).toBe(0)
    expect(printed[0]).toBe(`certificate  ${path} (made just now)`)
    const text = printed.join('\n')
    for (const part of ['SHA-256      ', 'valid until  ', 'NODE_EXTRA_CA_CERTS=', 'REQUESTS_CA_BUNDLE=', '--cacert'])
      expect(text).toContain(part)
    expect(text).not.toContain('PRIVATE')
    expect((await run()).printed[0]).toBe(`certificate  ${path}`)
  })

  it('prints the same as JSON', async () => {
    const { printed } = await run('--json', '--ca-dir', 'here')
    const { path, fingerprint, until, ...rest } = JSON.parse(printed.join('\n'))
    expect(path).toBe(join(folder, 'here/ca.pem'))
    expect(new X509Certificate(await readFile(path))).toMatchObject({ fingerprint256: fingerprint })
    expect(until).toMatch(/^\d{4}-\d\d-\d\dT/)
    expect(rest).toEqual({ domains: ['jooraccess.com', 'jirafe.com'], new: true })
  })

  it('exports the certificate and never the key', async () => {
    await run('--export', 'out.pem')
    const exported = await readFile(join(folder, 'out.pem'), 'utf8')
    expect(exported).toBe(await readFile(join(folder, 'data/backstock/ca.pem'), 'utf8'))
    expect(exported).not.toContain('PRIVATE')
  })

  it('says why it cannot export', async () => {
    const { code, complained } = await run('--export', 'no/such/out.pem')
    expect([code, complained]).toEqual([2, expect.stringMatching(/--export: .*out\.pem cannot be written/)])
  })

  it('replaces it where it is told to, also by one for more hosts', async () => {
    const before = JSON.parse((await run('--json')).printed.join(''))
    const after = JSON.parse((await run('--json', '--new', '--intercept-host', 'joor=own.test')).printed.join(''))
    expect(after).toMatchObject({ new: true, domains: ['jooraccess.com', 'jirafe.com', 'own.test'] })
    expect(after.fingerprint).not.toBe(before.fingerprint)
  })
})

it.each([
  [{ XDG_DATA_HOME: '/d', HOME: '/h' }, '/d/backstock'],
  [{ XDG_DATA_HOME: 'relative', HOME: '/h' }, '/h/.local/share/backstock'],
  [{ HOME: '/h' }, '/h/.local/share/backstock'],
])('The usual folder of %j is %s', (env, path) => {
  expect(usualCaFolder(env)).toBe(path)
})
