import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { judgeSeed } from '../declarations.js'
import { readSeedFile } from '../documents/seed.js'
import { openDataFile } from '../state/file.js'
import { machineFiles } from '../state/files.js'
import { machineProcesses } from '../state/processes.js'
import { type Finding, failure, messageOf, ok, warning } from './finding.js'
import type { Machine } from './machine.js'

/** A state of a hundred thousand positions takes less, and it is written beside the old one. */
const scarce = 64 * 1024 * 1024

export async function checkSeedFile(path: string | undefined, now: () => Date): Promise<Finding> {
  const check = 'seed'
  if (path === undefined) return ok(check, 'none is named')
  try {
    await readSeedFile(path, (seed) => judgeSeed(seed, now).faults)
    return ok(check, path)
  } catch (error) {
    return failure(check, messageOf(error), 'Correct the file, or name another by --seed.')
  }
}

/** Whether the data file can be read and written, is in nobody's hands, and has room. */
export async function checkData(path: string | undefined, { freeBytes }: Machine): Promise<readonly Finding[]> {
  const check = 'data'
  if (path === undefined) return [ok(check, 'the state is kept in memory')]
  const folder = dirname(path)
  const wrong = await refusalOf(folder)
  if (wrong !== undefined)
    return [
      failure(check, `${folder} ${wrong}`, 'Make the folder, give yourself the right to write, or change --data.'),
    ]
  return [await checkDataFile(path), await checkRoom(folder, await freeBytes(folder))]
}

async function checkDataFile(path: string): Promise<Finding> {
  const check = 'data'
  if (!(await isThere(path))) return ok(check, `${path} is not there yet; a start makes it`)
  try {
    const options = { seed: null, recover: false, mark: 'doctor', files: machineFiles, processes: machineProcesses }
    await (await openDataFile(path, options)).release()
    return ok(check, path)
  } catch (error) {
    return failure(
      check,
      messageOf(error),
      'Stop who has it, or choose another by --data; --recover mends a damaged one.',
    )
  }
}

function checkRoom(folder: string, free: number): Finding {
  const found = `${Math.floor(free / 1024 / 1024)} MB are free in ${folder}`
  const wayOut = 'Make room: a call whose change cannot be kept is answered 503.'
  if (free === 0) return failure('disk', found, wayOut)
  return free < scarce ? warning('disk', found, wayOut) : ok('disk', found)
}

/** Without it each start compiles anew, and nothing else is lost. */
export async function checkCompileCache({ compileCache, nodeVersion }: Machine): Promise<Finding> {
  const check = 'compile_cache'
  if (Number.parseInt(nodeVersion, 10) < 22) return ok(check, `Node ${nodeVersion} keeps none`)
  const wayOut = 'Name a folder that you can write by NODE_COMPILE_CACHE; without it starts are slower.'
  if (compileCache === undefined) return warning(check, 'there is none', wayOut)
  const wrong = await refusalOf(compileCache)
  return wrong === undefined ? ok(check, compileCache) : warning(check, `${compileCache} ${wrong}`, wayOut)
}

/** Why nothing can be written into a folder. */
async function refusalOf(folder: string): Promise<string | undefined> {
  try {
    if (!(await stat(folder)).isDirectory()) return 'is no folder'
    await access(folder, constants.W_OK | constants.X_OK)
    return undefined
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    return missing ? 'is not there' : 'cannot be written'
  }
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  )
