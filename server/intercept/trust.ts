import { isMeant } from '../host-names.js'

type Env = Readonly<Record<string, string | undefined>>

/** Where systems keep the certificates that they trust, as one file. */
const systemBundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
  '/usr/local/share/certs/ca-root-nss.crt',
] as const

/** Variables by which a runtime is told of a file with all certificates that it is to trust. */
const trustVariables = [
  // OpenSSL, and with it Python, Ruby and PHP; Go; .NET; Rust
  'SSL_CERT_FILE',
  'NIX_SSL_CERT_FILE',
  // Python
  ...['REQUESTS_CA_BUNDLE', 'PIP_CERT', 'HTTPLIB2_CA_CERTS'],
  ...['CURL_CA_BUNDLE', 'GIT_SSL_CAINFO', 'AWS_CA_BUNDLE', 'PERL_LWP_SSL_CA_FILE', 'DENO_CERT'],
  ...['CARGO_HTTP_CAINFO', 'GRPC_DEFAULT_SSL_ROOTS_FILE_PATH', 'CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE'],
  // Node and Bun, which trust it beside their own
  'NODE_EXTRA_CA_CERTS',
] as const

/** What a process has to trust, put together from files that `read` gives, or undefined for those that are not there. */
export async function bundleOf(
  env: Env,
  certificate: string,
  read: (path: string) => Promise<string | undefined>,
  builtIn: () => readonly string[],
): Promise<string> {
  // What somebody has set may be all that reaches an own server of theirs.
  const named = new Set(trustVariables.flatMap((name) => env[name] || []))
  const given = await Promise.all([...named].map(read))
  let system: string | undefined
  for (const path of systemBundles) system ??= await read(path)
  const texts = [certificate, ...given, system ?? builtIn().join('\n')]
  const certificates = texts.flatMap((text) => text?.match(pem) ?? [])
  return `${[...new Set(certificates)].join('\n')}\n`
}

const pem = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]+-----END (?:TRUSTED )?CERTIFICATE-----/g

export const trustIn = (path: string): Env => Object.fromEntries(trustVariables.map((name) => [name, path]))

/** The own machine is called directly, under each of the names that clients write. */
const direct = ['localhost', '127.0.0.1', '::1', '[::1]']

/** By which variables a process goes by a proxy. */
export function proxyVariables(proxyUrl: string, exceptions: readonly string[]): Env {
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY']
  const around = [...new Set([...exceptions, ...direct])].join(',')
  return {
    ...Object.fromEntries([...names, ...names.map((name) => name.toLowerCase())].map((name) => [name, proxyUrl])),
    NO_PROXY: around,
    no_proxy: around,
    // Perl's LWP looks at them only where it is told to.
    PERL_LWP_ENV_PROXY: '1',
  }
}

/** Whom a process calls without a proxy: hosts that stay so, and those that would let calls past us to the real vendor. */
export function exceptionsOf({ NO_PROXY, no_proxy }: Env, hosts: readonly string[]) {
  const given = [...new Set([no_proxy, NO_PROXY].flatMap((list) => list?.split(/[\s,]+/) ?? []))].filter(Boolean)
  const isPast = (entry: string) => hosts.some((host) => isMeantBy(entry, host))
  return { kept: given.filter((entry) => !isPast(entry)), dropped: given.filter(isPast) }
}

/** Programs differ in whether `jirafe.com` means what is below it; here it counts if one of them thinks so. */
function isMeantBy(entry: string, host: string): boolean {
  const name = entry
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/^\*?\./, '')
  return name === '*' || name === host || isMeant(host, `*.${name}`)
}

/** Hosts that no exception may let past: also one that stands for those of v4, of which there are many. */
export const guardedHosts = (hosts: readonly string[]) => [...hosts, 'atlas.jooraccess.com']

/** For Node: by its own means where it has them, else by a module that is loaded before the program. */
export function nodeVariables({ NODE_OPTIONS: given }: Env, preload: URL): Env {
  return { NODE_USE_ENV_PROXY: '1', NODE_OPTIONS: `${given ? `${given} ` : ''}--import ${preload.href}` }
}
