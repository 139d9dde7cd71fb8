import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Intercept } from '../emulator.js'
import { bundleOf, exceptionsOf, guardedHosts, nodeVariables, proxyVariables, trustIn } from '../intercept/trust.js'
import type { Outside } from './outside.js'

/** Works with the variables by which a process comes to the emulator and trusts it; the file that they name is then gone. */
export async function withProxy<Result>(
  { proxyUrl, hosts, certificate }: Intercept,
  env: Outside['env'],
  log: (line: string) => void,
  work: (variables: Outside['env']) => Promise<Result>,
): Promise<Result> {
  const { kept, dropped } = exceptionsOf(env, guardedHosts(hosts))
  if (dropped.length > 0)
    log(`NO_PROXY has ${dropped.join(', ')}, by which calls would go to the real vendor: left out for the command.`)
  const folder = await mkdtemp(join(tmpdir(), 'backstock-'))
  try {
    const bundle = join(folder, 'ca-bundle.pem')
    // Node's own list is for systems that keep theirs in no file.
    const builtIn = () => process.getBuiltinModule('node:tls').rootCertificates
    await writeFile(bundle, await bundleOf(env, certificate, readIfThere, builtIn))
    return await work({
      ...proxyVariables(proxyUrl, kept),
      ...trustIn(bundle),
      ...nodeVariables(env, pathToFileURL(createRequire(import.meta.url).resolve('#preload'))),
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** A variable may name a file that is not there, or a folder: whoever reads it does without, too. */
function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined)
}
