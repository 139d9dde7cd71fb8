import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ConfigError, type Given, readCaDir, readConfigPath, readInterceptHosts } from '../config/config.js'
import { readConfigFile } from '../config/config-file.js'
import { CaFolder, type KeptAuthority } from '../intercept/ca-folder.js'
import { usualCaFolder } from '../intercept/ca-place.js'
import { readNamedHost } from '../intercept/hosts.js'
import { sayingWhy, Voice } from './launch.js'
import type { Outside } from './outside.js'

export interface CaOptions {
  /** The file to write the certificate to. */
  readonly export?: string
  readonly new?: boolean
  readonly json?: boolean
}

/** Says where the certificate authority is, and how it comes to be trusted; makes it where there is none. The exit code. */
export function ca(asked: CaOptions, options: Given['options'], outside: Outside, now: () => Date): Promise<number> {
  return sayingWhy(new Voice(options, outside), async () => {
    const { env, folder } = outside
    const file = await readConfigFile(folder, readConfigPath({ options, env }))
    const given = { options, env, file }
    const place = new CaFolder(resolve(folder, readCaDir(given) ?? usualCaFolder(env)), now)
    const hosts = readInterceptHosts(given).flatMap((text) => readNamedHost(text)?.host ?? [])
    const authority = await (asked.new ? place.replace(hosts) : place.open(hosts))
    if (asked.export !== undefined) await exportTo(resolve(folder, asked.export), authority)
    for (const line of asked.json ? [writeJson(authority)] : tell(authority)) outside.print(line)
    return 0
  })
}

async function exportTo(path: string, { certificate }: KeptAuthority): Promise<void> {
  await writeFile(path, certificate).catch((error: unknown) => {
    throw new ConfigError(`--export: ${path} cannot be written: ${error instanceof Error ? error.message : error}`)
  })
}

function writeJson({ path, fingerprint, until, domains, isNew }: KeptAuthority): string {
  return JSON.stringify({ path, fingerprint, until: until.toISOString(), domains, new: isNew }, null, 2)
}

function tell({ path, fingerprint, until, domains, isNew }: KeptAuthority): readonly string[] {
  const quoted = /^[\w./:\\-]+$/.test(path) ? path : JSON.stringify(path)
  return [
    `certificate  ${path}${isNew ? ' (made just now)' : ''}`,
    `SHA-256      ${fingerprint}`,
    `valid until  ${until.toISOString().slice(0, 10)}`,
    `speaks for   ${domains.map((domain) => `${domain} and *.${domain}`).join(', ')}; for nothing else`,
    '',
    'backstock exec --intercept -- COMMAND lets the command trust it, and nobody else. With backstock start --intercept',
    'the programs that are to go by the proxy are told one by one:',
    '',
    `  curl          --cacert ${quoted}`,
    `  Node          NODE_EXTRA_CA_CERTS=${quoted}, and NODE_USE_ENV_PROXY=1 (22.21 and 24.5 or later)`,
    `  Python        SSL_CERT_FILE=${quoted}; requests: REQUESTS_CA_BUNDLE=${quoted}`,
    `  Perl (LWP)    PERL_LWP_SSL_CA_FILE=${quoted}, and PERL_LWP_ENV_PROXY=1`,
    `  Go, Ruby, PHP, .NET on Linux  SSL_CERT_FILE=${quoted}`,
    `  Java          keytool -importcert -noprompt -alias backstock -file ${quoted} -keystore trust.p12 -storepass changeit`,
    '',
    'To take it back delete the folder: nothing is put into the stores of the system or of browsers.',
  ]
}
