import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const cli = fileURLToPath(new URL('../dist/server/cli.js', import.meta.url))

/** The built emulator over a data file, as a process; it ends with the test. `within` is the command that runs it. */
export function launch(data: string, args: readonly string[] = [], within: readonly string[] = []) {
  const own = [cli, '--port', '0', '--data', data, '--setting', 'rate_limit=off', ...args]
  const [program = process.execPath, ...rest] = [...within, process.execPath, ...own]
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** The same, and where it listens. Rejected with what it said where it did not start. */
export async function start(data: string, within: readonly string[] = []) {
  const child = launch(data, [], within)
  for await (const line of createInterface(child.stdout)) {
    const url = /http:\/\/\S+$/.exec(line)?.[0]
    if (url !== undefined) return { child, url }
  }
  throw new Error(`It did not start: ${await text(child.stderr)}`)
}

/** The stock of each SKU of the only account, as the control plane shows it. */
export async function stockAt(url: string): Promise<ReadonlyMap<string, number>> {
  const { accounts } = await lookAt(`${url}/_backstock/joor/accounts`)
  if (accounts.length === 0) return new Map()
  const stock = new Map<string, number>()
  let next: string | null = ''
  while (next !== null) {
    const more: string = next === '' ? '' : `?cursor=${next}`
    const page = await lookAt(`${url}/_backstock/joor/accounts/${accounts[0].account}/positions${more}`)
    for (const { sku, available } of page.positions) stock.set(sku.upc, available)
    next = page.next
  }
  return stock
}

async function lookAt(url: string) {
  const reply = await fetch(url)
  return JSON.parse(await reply.text())
}
