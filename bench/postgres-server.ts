import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'

/** A PostgreSQL server of the tests' own, on loopback. */
export interface PostgresServer {
  readonly url: string
  /** Ends it at once, as a crash would, and starts it again. */
  crashAndStart(): Promise<void>
  /** Ends it at once; `start` starts it again. */
  crash(): Promise<void>
  start(): Promise<void>
  close(): Promise<void>
}

export class NoPostgres extends Error {}

/** Starts a server in a folder of its own. `durable` has it write as it does in earnest: a crash of ours loses nothing either way. */
export async function startPostgres({ durable = false } = {}): Promise<PostgresServer> {
  const programs = folderOfPrograms()
  const folder = mkdtempSync(join(tmpdir(), 'backstock-postgres-'))
  const user = userOfServer()
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid ?? 0)
  const data = join(folder, 'data')
  execFileSync(
    join(programs, 'initdb'),
    ['-D', data, '-A', 'trust', '-U', 'backstock', '-E', 'UTF8', '--locale=C', '--no-sync'],
    { ...user, stdio: 'pipe' },
  )
  const port = await freePort()
  const url = `postgres://backstock@127.0.0.1:${port}/postgres`
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: folder, max_connections: '300' }
  const all = durable ? settings : { ...settings, fsync: 'off' }
  let server: ChildProcess | undefined
  const start = async () => {
    const given = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    server = spawn(join(programs, 'postgres'), ['-D', data, '-p', String(port), ...given], { ...user, stdio: 'ignore' })
    await ready(url)
  }
  const crash = async () => {
    const ended = server?.exitCode === null ? new Promise((resolve) => server?.once('exit', resolve)) : undefined
    // Its children end without a checkpoint, as after a crash, and the log is replayed.
    server?.kill('SIGQUIT')
    await ended
  }
  await start()
  return {
    ...{ url, start, crash },
    async crashAndStart() {
      await crash()
      await start()
    },
    async close() {
      await crash()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Debian keeps the server's programs off the path. */
function folderOfPrograms(): string {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).sort((one, other) => Number(other) - Number(one)) : []
  const folders = [...versions.map((version) => join(root, version, 'bin')), ...(process.env.PATH ?? '').split(':')]
  const found = folders.find((folder) => ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))))
  if (found === undefined)
    throw new NoPostgres('There is no PostgreSQL server here, and these tests need one: apt-get install postgresql.')
  return found
}

/** PostgreSQL does not run as root. */
function userOfServer(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}

async function ready(url: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    const client = new pg.Client(url)
    // A server that goes away again is told of by what was asked of it.
    client.on('error', () => {})
    try {
      await client.connect()
      await client.query('SELECT 1')
      return
    } catch (error) {
      if (tries === 300) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    } finally {
      await client.end().catch(() => {})
    }
  }
}
