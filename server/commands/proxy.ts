import { ConfigError, type Given } from '../config/config.js'
import { passingTraffic } from '../drift/passing-traffic.js'
import { Recording } from '../drift/recording.js'
import type { Upstream } from '../drift/upstream.js'
import { type Emulator, startTaking } from '../emulator.js'
import { printable } from '../printable.js'
import { shownTarget } from '../redaction.js'
import { launch, type StartEmulator, sayingWhy, Voice } from './launch.js'
import type { Outside } from './outside.js'
import { type ProxyOptions, readProxy } from './proxy-options.js'
import { DriftSummary, tellExchange } from './proxy-summary.js'
import { Runs } from './runs.js'
import { writeReady } from './start.js'

interface ProxyGiven {
  /** The texts of the options of `start`. */
  readonly options: Given['options']
  readonly own: ProxyOptions
  /** A command to run with it, and its arguments; without one it runs until it is told to stop. */
  readonly command: readonly string[]
}

/** Passes calls on to the real APIs, and says where their replies differ from the emulator's; the exit code. */
export function proxy({ options, own, command }: ProxyGiven, outside: Outside): Promise<number> {
  const voice = new Voice(options, outside)
  return sayingWhy(voice, async () => {
    const { upstreams, record, failOn } = readProxy(own)
    const named = Object.values(upstreams).filter((upstream) => upstream !== undefined)
    const origins = [...new Set(named.map(({ url }) => url.origin))]
    const recording = record === undefined ? undefined : await Recording.begin(record, origins, voice.log)
    const summary = new DriftSummary()
    const traffic = passingTraffic({
      upstreams,
      exchanged(exchange) {
        summary.add(exchange)
        recording?.add(exchange)
        tellExchange(exchange, voice)
      },
      refused(vendor, head) {
        summary.refused++
        voice.log(
          `refused    ${head.method} ${printable(shownTarget(head))}: no --${vendor} says where it would go on to`,
        )
      },
    })
    const start: StartEmulator = async (told) => {
      const emulator = await notBeforeItself(await startTaking(traffic, told), named)
      for (const { flag, url } of named) voice.log(`Calls go on to ${url.href} (${flag}).`)
      return emulator
    }
    const end = async (emulator: Emulator, code: number) => {
      const recorded = await recording?.end()
      const fails = summary.tell({ failOn, isRecorded: recording !== undefined, recorded }, emulator.report(), voice)
      return code === 0 && fails ? 1 : code
    }
    try {
      const [file, ...args] = command
      if (file === undefined) return await untilStopped(options, outside, voice, start, end)
      const given = { options, env: [], failOn: [], command: file, args }
      return (await new Runs(given, new Map(), outside, start, voice).shown(undefined, end)).code
    } finally {
      await recording?.discard()
    }
  })
}

async function untilStopped(
  options: Given['options'],
  outside: Outside,
  voice: Voice,
  start: StartEmulator,
  end: (emulator: Emulator, code: number) => Promise<number>,
): Promise<number> {
  const { emulator } = await launch(options, outside, voice, start)
  outside.print(writeReady(voice.format, emulator.url, outside))
  await outside.stopped
  await emulator.close()
  return end(emulator, 0)
}

/** A proxy that is its own real API would call itself for ever. */
async function notBeforeItself(emulator: Emulator, named: readonly Upstream[]): Promise<Emulator> {
  const { port } = new URL(emulator.url)
  const itself = named.find(
    ({ url }) => url.port === port && /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname),
  )
  if (itself === undefined) return emulator
  await emulator.close()
  throw new ConfigError(
    `${itself.flag} ${itself.url.origin} is this proxy itself; name the real API, or another --port`,
  )
}
