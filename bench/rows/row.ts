import type { Figure } from '../figures.js'
import type { ServerProcess } from '../server-process.js'
import type { Setup } from '../setup.js'

/** What is measured together. */
export interface Row {
  readonly name: string
  measure(setup: Setup): Promise<readonly Figure[]>
}

/** Runs with servers that end with it, whatever comes. */
export async function withServers<T>(
  run: (keep: <S extends ServerProcess>(server: Promise<S>) => Promise<S>) => Promise<T>,
): Promise<T> {
  const kept: ServerProcess[] = []
  try {
    return await run(async (starting) => {
      const server = await starting
      kept.push(server)
      return server
    })
  } finally {
    await Promise.all(kept.map((server) => server.stop()))
  }
}
