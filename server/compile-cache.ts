import module from 'node:module'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/** What Node has from version 22 on. */
interface CompileCache {
  enableCompileCache?(folder: string): unknown
  flushCompileCache?(): void
}
// The types are those of Node 20.
const { enableCompileCache, flushCompileCache } = module as typeof module & CompileCache

/**
 * Lets Node take what an earlier start compiled, or keep what this one does. NODE_COMPILE_CACHE names another folder,
 * NODE_DISABLE_COMPILE_CACHE=1 does without; a folder that cannot be written is done without too.
 */
export function useCompiled(): void {
  const folder = userCache()
  if (folder !== undefined) enableCompileCache?.(join(folder, 'backstock'))
}

/** Writes down what was compiled so far; Node does it by itself where a process ends of its own accord. */
export function keepCompiled(): void {
  flushCompileCache?.()
}

/** A folder of the user alone: who can write into it decides what runs, so the one for temporary files is none. */
function userCache(): string | undefined {
  const { XDG_CACHE_HOME: given, LOCALAPPDATA: local } = process.env
  if (given !== undefined && isAbsolute(given)) return given
  if (local) return local
  try {
    return join(homedir(), '.cache')
  } catch {
    // A user of a container may have no name and no home.
    return undefined
  }
}
