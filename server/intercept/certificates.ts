// What the library is made with asks for it, and says so.
import 'reflect-metadata'
import { createHash, randomBytes, webcrypto } from 'node:crypto'
import { AsnConvert } from '@peculiar/asn1-schema'
import {
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  id_ce_nameConstraints,
  NameConstraints,
} from '@peculiar/asn1-x509'
import * as x509 from '@peculiar/x509'

const { subtle } = webcrypto
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

const hour = 3_600_000
const day = 24 * hour
/** Clocks of containers and their hosts differ, so what is made now is valid a little earlier. */
const before = hour
/** Trusting one takes a person, so it is to last. */
const authorityLife = 5 * 365 * day
/** Renewed when less than this is left. */
const authorityRest = 30 * day
const leafLife = 2 * day
const leafRest = day

/** A certificate with its key, both as PEM. */
export interface Identity {
  readonly certificate: string
  readonly key: string
}

/** A certificate authority that may speak for its domains and what is below them, and for nothing else. */
export interface Authority extends Identity {
  readonly domains: readonly string[]
  /** SHA-256 over the certificate, as other programs show it: `AB:CD:…`. */
  readonly fingerprint: string
  readonly until: Date
}

/** A new one; `now` is the machine's time, for that is what certificates are held against. */
export async function createAuthority(domains: readonly string[], now: Date): Promise<Authority> {
  const keys = await subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    // Whoever finds it in a list of certificates is to know what it is, and which of several.
    name: `CN=Backstock local CA ${now.toISOString().slice(0, 10)},O=Backstock`,
    notBefore: new Date(now.getTime() - before),
    notAfter: new Date(now.getTime() + authorityLife),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      constrainedTo(domains),
    ],
  })
  const pkcs8 = await subtle.exportKey('pkcs8', keys.privateKey)
  return described(certificate, x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'))
}

/** Undefined for a text that holds no certificate authority with its key. */
export async function readAuthority(pem: string): Promise<Authority | undefined> {
  try {
    const blocks = x509.PemConverter.decodeWithHeaders(pem)
    const keyBlock = blocks.find(({ type }) => type === 'PRIVATE KEY')
    const ofCertificate = blocks.find(({ type }) => type === 'CERTIFICATE')
    if (keyBlock === undefined || ofCertificate === undefined) return undefined
    const certificate = new x509.X509Certificate(ofCertificate.rawData)
    const authority = described(certificate, x509.PemConverter.encode(keyBlock.rawData, 'PRIVATE KEY'))
    // A key of another certificate would make leaves that nobody takes.
    const leaf = new x509.X509Certificate((await createLeaf(authority, 'example.test', new Date(0))).certificate)
    const isOurs = await leaf.verify({ publicKey: certificate, signatureOnly: true })
    return isOurs ? authority : undefined
  } catch {
    return undefined
  }
}

export const isNearItsEnd = ({ until }: Authority, now: Date) => until.getTime() - now.getTime() < authorityRest

/** Whether it may speak for a host. */
export const speaksFor = ({ domains }: Authority, host: string) =>
  domains.some((domain) => host === domain || host.endsWith(`.${domain}`))

export interface Leaf extends Identity {
  /** From then on another one is to be made. */
  readonly renewAt: Date
}

/** A certificate for one host, of a key of its own. */
export async function createLeaf(authority: Identity, host: string, now: Date): Promise<Leaf> {
  const pkcs8 = x509.PemConverter.decodeFirst(authority.key)
  const signingKey = await subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign'])
  const issuer = new x509.X509Certificate(authority.certificate)
  const keys = await subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    // A common name holds 64 characters, and clients go by the alternative name.
    subject: 'CN=Backstock',
    issuer: issuer.subject,
    notBefore: new Date(now.getTime() - before),
    notAfter: new Date(now.getTime() + leafLife),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: host }]),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  const key = x509.PemConverter.encode(await subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')
  return { certificate: pemOf(certificate), key, renewAt: new Date(now.getTime() + leafLife - leafRest) }
}

/** Even where the key gets out, nobody can make a certificate with it for another site. */
function constrainedTo(domains: readonly string[]): x509.Extension {
  const permitted = domains.map((dNSName) => new GeneralSubtree({ base: new GeneralName({ dNSName }) }))
  const excluded = ['0.0.0.0/0', '::/0'].map(
    (iPAddress) => new GeneralSubtree({ base: new GeneralName({ iPAddress }) }),
  )
  const constraints = new NameConstraints({
    permittedSubtrees: new GeneralSubtrees(permitted),
    // Names of one kind leave those of another free.
    excludedSubtrees: new GeneralSubtrees(excluded),
  })
  return new x509.Extension(id_ce_nameConstraints, true, AsnConvert.serialize(constraints))
}

function described(certificate: x509.X509Certificate, key: string): Authority {
  const constraints = certificate.getExtension(id_ce_nameConstraints)
  const { permittedSubtrees = [] } = constraints === null ? {} : AsnConvert.parse(constraints.value, NameConstraints)
  return {
    certificate: pemOf(certificate),
    key: `${key}\n`,
    domains: Array.from(permittedSubtrees, ({ base }) => base.dNSName ?? ''),
    fingerprint: fingerprintOf(certificate),
    until: certificate.notAfter,
  }
}

const pemOf = (certificate: x509.X509Certificate) => `${certificate.toString('pem')}\n`

function fingerprintOf(certificate: x509.X509Certificate): string {
  const hash = createHash('sha256').update(Buffer.from(certificate.rawData)).digest('hex')
  return (hash.toUpperCase().match(/../g) ?? []).join(':')
}

/** Positive, and of the 20 bytes that are allowed at most. */
function serialNumber(): string {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40
  return bytes.toString('hex')
}
