import { type Authority, createLeaf, type Leaf } from './certificates.js'

/** Hosts whose certificates are kept; those of v4 may have any name. */
const most = 100

/** The certificates of hosts, made when they are first asked for and kept in memory only. */
export class Leaves {
  readonly #authority: Authority
  readonly #now: () => Date
  readonly #made = new Map<string, Promise<Leaf>>()

  constructor(authority: Authority, now: () => Date) {
    this.#authority = authority
    this.#now = now
  }

  async of(host: string): Promise<Leaf> {
    const leaf = await this.#kept(host)
    if (leaf.renewAt > this.#now()) return leaf
    this.#made.delete(host)
    return this.#kept(host)
  }

  #kept(host: string): Promise<Leaf> {
    const kept = this.#made.get(host)
    if (kept !== undefined) return kept
    const [oldest] = this.#made.keys()
    if (oldest !== undefined && this.#made.size >= most) this.#made.delete(oldest)
    const made = createLeaf(this.#authority, host, this.#now())
    this.#made.set(host, made)
    made.catch(() => this.#made.delete(host))
    return made
  }
}
