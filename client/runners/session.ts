import type { EmulatorOptions } from 'backstock'
import { type Backstock, connect } from '../client.js'

export interface SessionOptions {
  /** Where Backstock is. Default: `BACKSTOCK_URL`, and where there is none an emulator is started in this process. */
  readonly url?: string
  /** What the control plane of that one asks for. Default: `BACKSTOCK_CONTROL_TOKEN`, where there is one. */
  readonly controlToken?: string
  /** What an emulator that is started here is started with; its port is a free one unless it is given. */
  readonly emulator?: EmulatorOptions
}

// Loaded while the tests are collected: the time that the first one has is not for that.
if (!process.env.BACKSTOCK_URL) await import('backstock')

/** The emulator of one process: connected to, or started, when it is first asked for. */
export class Session {
  readonly #options: SessionOptions
  #opening: Promise<Backstock> | undefined
  #close = async () => {}

  constructor(options: SessionOptions = {}) {
    if (options.url !== undefined && options.emulator !== undefined)
      throw new TypeError(
        'Both url and emulator are given. Give url for one that runs, emulator for one to be started.',
      )
    if (options.controlToken !== undefined && options.emulator !== undefined)
      throw new TypeError(
        'Both controlToken and emulator are given. Give controlToken for one that runs, emulator.controlToken for one to be started.',
      )
    this.#options = options
  }

  open(): Promise<Backstock> {
    this.#opening ??= this.#start()
    return this.#opening
  }

  /** Stops what was started here, and nothing else. */
  async close(): Promise<void> {
    // One that could not be opened has told so already.
    await this.#opening?.catch(() => {})
    await this.#close()
  }

  async #start(): Promise<Backstock> {
    const { url, controlToken, emulator: options } = this.#options
    const given = url ?? (options === undefined ? process.env.BACKSTOCK_URL : undefined)
    if (given) return connect(given, controlToken === undefined ? {} : { controlToken })
    const { startEmulator } = await import('backstock')
    const emulator = await startEmulator({ port: 0, ...options })
    this.#close = () => emulator.close()
    const own = options?.controlToken
    return connect(emulator, own === undefined ? {} : { controlToken: own })
  }
}
