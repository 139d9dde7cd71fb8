import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EmulatorOptions } from '../options.js'

/** An emulator that fails once its case begins, for the rules about what is answered then. */
export interface Failing {
  readonly options: EmulatorOptions
  /** From now on it fails. */
  begin(): Promise<void>
  end(): Promise<void>
}

const none: Failing = { options: {}, begin: async () => {}, end: async () => {} }

export async function failingBy(failure: 'inside' | 'storage' | undefined, now: () => Date): Promise<Failing> {
  if (failure === undefined) return none
  return failure === 'inside' ? failingInside(now) : failingToStore()
}

/** A clock that stops working for one look, in the middle of the first call. */
function failingInside(now: () => Date): Failing {
  let broken = false
  const clock = () => {
    if (!broken) return now()
    broken = false
    throw new Error('The clock of this case fails, as the case says.')
  }
  return {
    options: { clock },
    begin: async () => {
      broken = true
    },
    end: async () => {},
  }
}

/** A data file whose folder is gone, so that no change can be kept. */
async function failingToStore(): Promise<Failing> {
  const folder = await mkdtemp(join(tmpdir(), 'backstock-case-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  return { options: { data: join(folder, 'state.json') }, begin: remove, end: remove }
}
