import { readdir, readFile, readlink, statfs } from 'node:fs/promises'
import module from 'node:module'
import { createServer } from 'node:net'

/** What is asked of the machine; a test has one of its own. */
export interface Machine {
  readonly nodeVersion: string
  /** Where Node keeps what it compiled; undefined where it keeps nothing. */
  readonly compileCache: string | undefined
  /** Listens for an instant; undefined where that went well, else Node's code for why not. */
  tryPort(host: string, port: number): Promise<string | undefined>
  /** Who listens on a port, as far as it can be told: `process 123 (node)`. */
  holderOf(port: number): Promise<string | undefined>
  /** Bytes that are free to us where a folder lies. */
  freeBytes(folder: string): Promise<number>
}

// The types are those of Node 20.
const { getCompileCacheDir } = module as typeof module & CompileCache

export const thisMachine: Machine = {
  nodeVersion: process.versions.node,
  compileCache: getCompileCacheDir?.(),
  tryPort: (host, port) =>
    new Promise((resolve) => {
      const server = createServer()
      server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)))
    }),
  holderOf,
  async freeBytes(folder) {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  },
}

/** What Node has from version 22 on. */
interface CompileCache {
  getCompileCacheDir?(): string | undefined
}

/** Linux tells which socket listens there, and whose it is where that is ours to see. */
async function holderOf(port: number): Promise<string | undefined> {
  const inodes = new Set<string>()
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6'])
    for (const line of (await textOf(table)).split('\n').slice(1)) {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/)
      if (state === listening && Number.parseInt(local.split(':')[1] ?? '', 16) === port)
        inodes.add(`socket:[${inode}]`)
    }
  if (inodes.size === 0) return undefined
  for (const pid of (await namesIn('/proc')).filter((name) => /^\d+$/.test(name)))
    for (const each of await namesIn(`/proc/${pid}/fd`))
      if (inodes.has(await readlink(`/proc/${pid}/fd/${each}`).catch(() => '')))
        return `process ${pid} (${(await textOf(`/proc/${pid}/comm`)).trim()})`
  return undefined
}

/** The kernel's number for a socket that listens. */
const listening = '0A'
const textOf = (path: string) => readFile(path, 'utf8').catch(() => '')
const namesIn = (path: string) => readdir(path).catch((): string[] => [])
