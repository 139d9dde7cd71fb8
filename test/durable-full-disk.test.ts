import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { start, stockAt } from './durable-process.js'
import { items, oauth2 } from './emulator.js'
import { tellMissing } from './missing-tools.js'
import { tell } from './proof.js'

/** A disk of its own for one process, which nobody else sees: its size is all the room there is. */
const onSmallDisk = (folder: string) => [
  ...['unshare', '--map-root-user', '--mount', 'sh', '-c'],
  `mount -t tmpfs -o size=128k tmpfs '${folder}' && head -c 48k /dev/zero > '${folder}/filler' && exec "$@"`,
  'sh',
]

const [unshare = '', ...noDisk] = onSmallDisk(tmpdir())
const hasDisks = spawnSync(unshare, [...noDisk, 'true']).status === 0

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backstock-disk-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('A disk that is full', () => {
  it("answers the vendor's 503 with nothing applied, and works again once there is room", async (context) => {
    if (!hasDisks) return tellMissing('unshare may mount no file system here, so no disk was filled.', context)
    const { child, url } = await start(join(folder, 'state.json'), onSmallDisk(folder))
    const said = heard(child.stderr)
    /** The small disk as it is seen from outside. */
    const onDisk = (name: string) => `/proc/${child.pid}/root${folder}/${name}`
    const send = async (first: number) => {
      const inventory = Array.from({ length: 20 }, (_, n) => ({
        warehouse: 'W',
        upc: `${first + n}`,
        inventory: first,
      }))
      const headers = { Authorization: oauth2('a-token'), 'Content-Type': 'application/json' }
      const body = JSON.stringify(items(...inventory))
      const reply = await fetch(`${url}/v2/bulk-inventory`, { method: 'POST', headers, body })
      return { status: reply.status, body: await reply.json() }
    }

    let taken = 0
    let reply = await send(taken)
    for (; reply.status === 200 && taken < 10_000; reply = await send(taken)) taken += 20
    expect(reply.status).toBe(503)
    expect(reply.body).toMatchObject({ items_updated: [], items_not_updated: [], response: { code: '1' } })
    expect(said()).toContain('ENOSPC')
    expect(taken).toBeGreaterThan(0)
    expect((await stockAt(url)).size).toBe(taken)
    expect(stockIn(await readFile(onDisk('state.json'), 'utf8'))).toBe(taken)

    await rm(onDisk('filler'))
    expect((await send(taken)).status).toBe(200)
    expect((await stockAt(url)).size).toBe(taken + 20)
    const kept = await readFile(onDisk('state.json'))
    expect(stockIn(kept.toString())).toBe(taken + 20)

    // What a start finds there is what stood on the disk.
    child.kill('SIGKILL')
    const copy = join(folder, 'state.json')
    await writeFile(copy, kept)
    expect((await stockAt((await start(copy)).url)).size).toBe(taken + 20)
    tell(
      'test:faults',
      `a disk of 128 KB was full after ${taken} positions: 503, nothing applied, and went on with room`,
    )
  })
})

function heard(stream: Readable): () => string {
  const chunks: Buffer[] = []
  stream.on('data', (chunk) => chunks.push(chunk))
  return () => Buffer.concat(chunks).toString()
}

const stockIn = (text: string) => [...text.matchAll(/"table":"positions"/g)].length
