import type { Given, LogFormat } from '../config/config.js'
import { startEmulator } from '../emulator.js'
import { launch, sayingWhy, Voice } from './launch.js'
import type { Outside } from './outside.js'

/** Runs the emulator until it is told to stop; the exit code. */
export function start(options: Given['options'], outside: Outside): Promise<number> {
  const voice = new Voice(options, outside)
  return sayingWhy(voice, async () => {
    const { emulator } = await launch(options, outside, voice, startEmulator)
    outside.print(writeReady(voice.format, emulator.url, outside))
    await outside.stopped
    await emulator.close()
    return 0
  })
}

/** What is said once calls are taken. */
export function writeReady(format: LogFormat, url: string, { pid, version }: Outside): string {
  return format === 'json' ? JSON.stringify({ event: 'ready', url, pid, version }) : `Backstock is ready on ${url}`
}
