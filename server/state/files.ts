import { link, open, readFile, realpath, rename, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** A file that is open for writing. */
export interface OpenFile {
  write(bytes: Uint8Array): Promise<void>
  /** Resolved when what was written would outlive a loss of power. */
  sync(): Promise<void>
  close(): Promise<void>
}

/** What a data file needs of the machine's files; errors are those of Node, with their codes. */
export interface Files {
  read(path: string): Promise<Buffer>
  /** Opens a new file, or an empty one in its place; where it is to be `new`, EEXIST where there is one. */
  open(path: string, how: 'new' | 'empty'): Promise<OpenFile>
  rename(from: string, to: string): Promise<void>
  /** A second name for a file; EEXIST where the name is taken. */
  link(from: string, to: string): Promise<void>
  unlink(path: string): Promise<void>
  /** Makes what was renamed, made or taken away in the folder outlive a loss of power, where the system can. */
  syncFolder(folder: string): Promise<void>
  /** The path without links, of a file that need not be there yet. */
  real(path: string): Promise<string>
}

/** The machine's own. */
export const machineFiles: Files = {
  read: (path) => readFile(path),
  async open(path, how) {
    const file = await open(path, how === 'new' ? 'wx' : 'w', 0o600)
    return {
      write: (bytes) => file.writeFile(bytes),
      sync: () => file.sync(),
      close: () => file.close(),
    }
  },
  rename,
  link,
  unlink,
  async syncFolder(folder) {
    // Windows opens no folder, and keeps its names without being asked.
    if (process.platform === 'win32') return
    const opened = await open(folder, 'r')
    try {
      await opened.sync()
    } catch (error) {
      if (!foldersWithout.some((code) => hasCode(error, code))) throw error
    } finally {
      await opened.close()
    }
  },
  async real(path) {
    try {
      return await realpath(path)
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error
      return join(await realpath(dirname(path)), basename(path))
    }
  },
}

/** What file systems answer that sync no folder. */
const foldersWithout = ['EINVAL', 'ENOTSUP', 'ENOSYS']

/** Writes a file as a whole and makes it outlive a loss of power; its name is the folder's. */
export async function writeWhole(files: Files, path: string, bytes: Uint8Array, how: 'new' | 'empty'): Promise<void> {
  const file = await files.open(path, how)
  try {
    await file.write(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Takes a file away that need not be there. */
export async function unlinkIfThere(files: Files, path: string): Promise<void> {
  try {
    await files.unlink(path)
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
  }
}

export const hasCode = (error: unknown, code: string) =>
  error instanceof Error && 'code' in error && error.code === code
export const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
