// Which files of the bundle hold what. Left alone the bundler makes a file of each set of modules that several entries
// share: dozens of them, each of which a start has to find, read and link.

const program = 'server/process'
const emulator = 'server/emulator'
/** Verbs that start an emulator, and so load all of it. */
const starting = ['start', 'exec', 'verify', 'proxy'].map((verb) => `server/commands/${verb}`)

/** The name of a module's file: what every command loads, what the emulator and other verbs load; else as the bundler has it. */
export function partsOf() {
  let parts
  return (id, modules) => {
    parts ??= reach((each) => modules.getModuleInfo(each), id)
    if (!parts.emulator.has(id)) return null
    if (parts.program.has(id)) return 'base'
    return parts.verbs.has(id) ? 'shared' : null
  }
}

function reach(getModuleInfo, any) {
  const root = /^.*\/(?=(?:build|node_modules)\/)/.exec(any)?.[0]
  const path = (entry) => `${root}build/${entry}.js`
  const programs = closure([path(program)], (id) => getModuleInfo(id)?.importedIds ?? [])
  const verbs = [...programs]
    .flatMap((id) => getModuleInfo(id)?.dynamicallyImportedIds ?? [])
    .filter((id) => ![emulator, ...starting].some((entry) => id === path(entry)))
  return {
    program: programs,
    emulator: closure([path(emulator)], (id) => getModuleInfo(id)?.importedIds ?? []),
    verbs: closure(verbs, (id) => {
      const { importedIds = [], dynamicallyImportedIds = [] } = getModuleInfo(id) ?? {}
      return [...importedIds, ...dynamicallyImportedIds]
    }),
  }
}

function closure(ids, next, seen = new Set()) {
  for (const id of ids) if (!seen.has(id)) closure(next(id), next, seen.add(id))
  return seen
}
