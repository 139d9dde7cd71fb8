import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { load, startServer } from './servers.js'

export interface DataFileBench {
  readonly node: string
  /** The emulator's command, and what it is started with beside the data file. */
  readonly script: string
  readonly args: readonly string[]
  /** An empty folder of its own. */
  readonly folder: string
  readonly positions: number
  readonly connections: number
  readonly rounds: number
  readonly seconds: number
}

const path = '/v2/bulk-inventory'
const headers = {
  Authorization: `OAuth2 ${Buffer.from('bench-token').toString('base64')}`,
  'Content-Type': 'application/json',
}
const firstUpc = 800_000_000_000
/** Positions in one call that fills the state. */
const filled = 5_000

/** Calls a second that change one position of many each: in memory, and with each reply on disk before it leaves. */
export async function measureDataFile(bench: DataFileBench) {
  const { node, script, args, folder, positions, connections, rounds, seconds } = bench
  const lua = join(folder, `positions-${positions}.lua`)
  writeFileSync(lua, luaFor(positions))
  const memory = await startServer(node, script, args)
  try {
    const file = await startServer(node, script, [...args, '--data', join(folder, `state-${positions}.json`)])
    try {
      for (const { url } of [memory, file]) {
        await fill(url, positions)
        await load(url + path, lua, 1, connections)
      }
      const measured: { readonly inMemory: number; readonly inFile: number }[] = []
      for (let round = 0; round < rounds; round++)
        measured.push({
          inMemory: await load(memory.url + path, lua, seconds, connections),
          inFile: await load(file.url + path, lua, seconds, connections),
        })
      return measured
    } finally {
      await file.stop()
    }
  } finally {
    await memory.stop()
  }
}

async function fill(url: string, positions: number): Promise<void> {
  for (let from = 0; from < positions; from += filled) {
    const count = Math.min(filled, positions - from)
    const items = Array.from({ length: count }, (_, index) => itemOf(firstUpc + from + index, 1))
    const body = `{"inventory_items":[${items.join(',')}]}`
    const reply = await fetch(url + path, { method: 'POST', headers, body })
    if (!reply.ok) throw new Error(`The state was not filled: ${reply.status} ${await reply.text()}`)
    await reply.arrayBuffer()
  }
}

const itemOf = (upc: number | string, inventory: number | string) =>
  `{"warehouse":"New York","inventory_date":"IMMEDIATE","upc":"${upc}","inventory":${inventory}}`

/** Each call another position and another quantity, all over the state. */
function luaFor(positions: number): string {
  const item = itemOf(`'..(${firstUpc} + n)..'`, "'..(n % 1000)..'")
  return [
    ...Object.entries(headers).map(([name, value]) => `wrk.headers["${name}"] = "${value}"`),
    'local n = 0',
    'request = function()',
    `  n = (n * 7919 + 1) % ${positions}`,
    `  return wrk.format("POST", nil, nil, '{"inventory_items":[${item}]}')`,
    'end',
    '',
  ].join('\n')
}
