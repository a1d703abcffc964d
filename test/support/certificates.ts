// What tsyringe, a dependency of @peculiar/x509, finds only when it was loaded before.
import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  type JsonGeneralName,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'

/** A certificate and its key, as PEM. */
export interface CertifiedKey {
  readonly cert: string
  readonly key: string
}

/** What a test of TLS needs. All but `ofAnotherCa` were signed by `ca`. */
export interface Certificates {
  /** Certificate of the authority that both sides trust. */
  readonly ca: string
  /** Of another authority, that signed nothing but `ofAnotherCa`. */
  readonly anotherCa: string
  /** For `localhost`, 127.0.0.1 and ::1. */
  readonly server: CertifiedKey
  /** Of a client that calls itself `CN=client`. */
  readonly client: CertifiedKey
  /** As `server`, until yesterday. */
  readonly expired: CertifiedKey
  /** As `server`, for `elsewhere.example`. */
  readonly ofAnotherName: CertifiedKey
  /** As `server`, signed by `anotherCa`. */
  readonly ofAnotherCa: CertifiedKey
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const DAY_MS = 24 * 60 * 60 * 1000
const LOCAL_NAMES: JsonGeneralName[] = [
  { type: 'dns', value: 'localhost' },
  { type: 'ip', value: '127.0.0.1' },
  { type: 'ip', value: '::1' },
]

interface Authority {
  readonly certificate: X509Certificate
  readonly keys: webcrypto.CryptoKeyPair
}

interface Wanted {
  readonly subject: string
  readonly extensions: Extension[]
  /** Relative to now, in days; default from yesterday to tomorrow. */
  readonly fromDay?: number
  readonly toDay?: number
}

/** Makes them in memory, in some 30 ms. */
export async function makeCertificates(): Promise<Certificates> {
  const [ca, other] = await Promise.all([makeAuthority('CN=authority'), makeAuthority('CN=another authority')])
  const local = serverFor(LOCAL_NAMES)
  const [server, client, expired, ofAnotherName, ofAnotherCa] = await Promise.all([
    certify(ca, { subject: 'CN=localhost', extensions: local }),
    certify(ca, {
      subject: 'CN=client',
      extensions: [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])],
    }),
    certify(ca, { subject: 'CN=localhost', extensions: local, fromDay: -2, toDay: -1 }),
    certify(ca, { subject: 'CN=elsewhere', extensions: serverFor([{ type: 'dns', value: 'elsewhere.example' }]) }),
    certify(other, { subject: 'CN=localhost', extensions: local }),
  ])
  return {
    ca: ca.certificate.toString('pem'),
    anotherCa: other.certificate.toString('pem'),
    server,
    client,
    expired,
    ofAnotherName,
    ofAnotherCa,
  }
}

function serverFor(names: JsonGeneralName[]): Extension[] {
  return [new SubjectAlternativeNameExtension(names), new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth])]
}

async function makeAuthority(name: string): Promise<Authority> {
  const keys = await newKeys()
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name,
    keys,
    signingAlgorithm: ALGORITHM,
    ...validity({}),
    extensions: [
      new BasicConstraintsExtension(true, 1, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  })
  return { certificate, keys }
}

async function certify(authority: Authority, wanted: Wanted): Promise<CertifiedKey> {
  const keys = await newKeys()
  const certificate = await X509CertificateGenerator.create({
    subject: wanted.subject,
    issuer: authority.certificate.subject,
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    signingAlgorithm: ALGORITHM,
    ...validity(wanted),
    extensions: wanted.extensions,
  })
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return { cert: certificate.toString('pem'), key: PemConverter.encode(key, PemConverter.PrivateKeyTag) }
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
}

function validity({ fromDay = -1, toDay = 1 }: Pick<Wanted, 'fromDay' | 'toDay'>) {
  const now = Date.now()
  return { notBefore: new Date(now + fromDay * DAY_MS), notAfter: new Date(now + toDay * DAY_MS) }
}
