import { onTestFinished } from 'vitest'
import { type Emulator, type EmulatorOptions, startEmulator } from '../server/emulator.js'
import { schemaOfTest } from './database.js'

/** Emulators of one test that share a schema of their own. */
export async function startReplicas(count: number, options: EmulatorOptions = {}): Promise<readonly Emulator[]> {
  const shared = { port: 0, levels: { '*.conduct.*': 'off' } as const, ...schemaOfTest(), ...options }
  const started = await Promise.all(Array.from({ length: count }, () => startEmulator(shared)))
  for (const emulator of started) onTestFinished(() => emulator.close())
  return started
}

/** A call of the control plane: its status, and its body where it has one. */
export async function ask(
  { url }: Pick<Emulator, 'url'>,
  method: string,
  path: string,
  body?: unknown,
  // The tests look into what they are told as the page says it is.
  // biome-ignore lint/suspicious/noExplicitAny: the shape of each answer is what a test is about
): Promise<{ readonly status: number; readonly body: any }> {
  const reply = await fetch(`${url}/_backstock/${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
  })
  const text = await reply.text()
  return { status: reply.status, body: text === '' ? undefined : JSON.parse(text) }
}
