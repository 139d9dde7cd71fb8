import { dirname } from 'node:path'
import { type Files, reasonOf, unlinkIfThere, writeWhole } from './files.js'
import { HalfKept } from './groups.js'

/**
 * Puts bytes in the place of a file as a whole, by way of a file `beside` it: another process never sees half of it, nor
 * does a later start, and once it is resolved they outlive a loss of power. Rejected with HalfKept where they may be in
 * the place or not, and with the error of the machine where they are not.
 */
export async function replaceFile(files: Files, path: string, beside: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeWhole(files, beside, bytes, 'empty')
  } catch (error) {
    await clear(files, beside)
    throw error
  }
  try {
    await files.rename(beside, path)
    await files.syncFolder(dirname(path))
  } catch (error) {
    await clear(files, beside)
    throw new HalfKept(reasonOf(error), { cause: error })
  }
}

/** What went wrong first is what is told. */
const clear = (files: Files, path: string) => unlinkIfThere(files, path).catch(() => {})
