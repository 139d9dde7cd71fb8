import { chmod, link, mkdir, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises'
import { platform } from 'node:os'
import { join } from 'node:path'
import { CaError } from '../options.js'
import { type Authority, createAuthority, isNearItsEnd, readAuthority, speaksFor } from './certificates.js'
import { vendorDomains } from './hosts.js'

/** Key and certificate in one file, so that no process ever meets the one without the other. */
const secretName = 'ca-key.pem'
/** The certificate alone, for people and programs that are to trust it. */
const publicName = 'ca.pem'

/** The certificate authority of a folder. */
export interface KeptAuthority extends Authority {
  /** Where its certificate lies. */
  readonly path: string
  /** Whether it was made just now, so that nobody can trust it yet. */
  readonly isNew: boolean
}

export class CaFolder {
  readonly #folder: string
  readonly #now: () => Date

  /** `now` is the machine's time. */
  constructor(folder: string, now: () => Date) {
    this.#folder = folder
    this.#now = now
  }

  /** The one that lies there, or a new one where there is none or its end is near; rejected with CaError. */
  async open(hosts: readonly string[] = []): Promise<KeptAuthority> {
    return this.#saying(async () => {
      const found = await this.#read()
      if (found === undefined) return this.#place(undefined, hosts)
      if (isNearItsEnd(found, this.#now())) return this.#place(found, [...found.domains, ...hosts])
      const stranger = hosts.find((host) => !speaksFor(found, host))
      if (stranger !== undefined) throw new CaError(this.#writeStranger(found, stranger, hosts))
      return this.#told(found, false)
    })
  }

  /** Another one in the place of what lies there, which nobody has to be able to read. */
  replace(hosts: readonly string[]): Promise<KeptAuthority> {
    return this.#saying(async () => this.#place(await this.#text(), hosts))
  }

  async #told(authority: Authority, isNew: boolean): Promise<KeptAuthority> {
    const path = join(this.#folder, publicName)
    if ((await readText(path)) !== authority.certificate) await this.#write(publicName, authority.certificate, 0o644)
    return { ...authority, path, isNew }
  }

  async #read(): Promise<Authority | undefined> {
    const text = await this.#text()
    if (text === undefined) return undefined
    const path = join(this.#folder, secretName)
    const authority = await readAuthority(text)
    if (authority === undefined)
      throw new CaError(`${path}: holds no certificate authority with its key. Make another one by backstock ca --new.`)
    // A copy that was unpacked somewhere may have lost what kept others out.
    if (platform() !== 'win32' && ((await stat(path)).mode & 0o077) !== 0) await chmod(path, 0o600)
    return authority
  }

  #text(): Promise<string | undefined> {
    return readText(join(this.#folder, secretName))
  }

  /**
   * Puts a new one in the place of `old`, unless another process was there before: of several that begin at once one
   * makes it, and all go on with the same.
   */
  async #place(old: Authority | string | undefined, hosts: readonly string[]): Promise<KeptAuthority> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    if (platform() !== 'win32') await chmod(this.#folder, 0o700)
    const made = await createAuthority(domainsOf(hosts), this.#now())
    const before = typeof old === 'string' ? old : old && writeSecret(old)
    const place = join(this.#folder, secretName)
    const draft = await this.#draft(writeSecret(made), 0o600)
    try {
      // Only one of several can make the link, and what it leads to is whole.
      const claim = before === undefined ? place : `${place}.next`
      await linked(draft, claim)
      // Whosever it is: a process that died in between would else be in the way for ever.
      if (before !== undefined) await this.#takeOver(claim, before)
    } finally {
      await unlink(draft)
    }
    const kept = await this.#read()
    if (kept === undefined) throw new CaError(`${place}: was taken away as soon as it was made. Try again.`)
    return this.#told(kept, kept.fingerprint === made.fingerprint)
  }

  /** What lies there now may be the work of a process that was quicker. */
  async #takeOver(claim: string, before: string): Promise<void> {
    const done = (await this.#text()) === before ? rename(claim, join(this.#folder, secretName)) : unlink(claim)
    await done.catch(unlessGone)
  }

  async #write(name: string, text: string, mode: number): Promise<void> {
    await rename(await this.#draft(text, mode), join(this.#folder, name))
  }

  async #draft(text: string, mode: number): Promise<string> {
    const draft = join(this.#folder, `.${process.pid}-${drafts++}.tmp`)
    await writeFile(draft, text, { mode, flag: 'wx' })
    return draft
  }

  #writeStranger({ domains }: Authority, stranger: string, hosts: readonly string[]): string {
    const asked = hosts.filter((host) => !domainsOf([]).some((domain) => isBelow(host, domain)))
    const way = `backstock ca --new ${asked.map((host) => `--intercept-host ${host}`).join(' ')}`
    return `The certificate authority in ${this.#folder} may speak for ${domains.join(', ')} and not for ${stranger}. Make another one by ${way}, or choose another folder by --ca-dir.`
  }

  async #saying<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof CaError || !(error instanceof Error)) throw error
      throw new CaError(
        `The certificate authority in ${this.#folder} cannot be read or written: ${error.message}. Choose another folder by --ca-dir.`,
      )
    }
  }
}

const isBelow = (host: string, domain: string) => host === domain || host.endsWith(`.${domain}`)

/** Of hosts that one domain covers it is enough. */
function domainsOf(hosts: readonly string[]): readonly string[] {
  const others = [...new Set(hosts)].filter((host) => !vendorDomains.some((domain) => isBelow(host, domain)))
  return [...vendorDomains, ...others]
}

const writeSecret = ({ key, certificate }: Authority) => `${key}${certificate}`

let drafts = 0

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Does nothing where there is something of that name. */
async function linked(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  }
}

function unlessGone(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined)
