import { type SaslMechanism, saslMechanisms } from '../src/index.ts'
import { type Address, parseAddress } from './address.ts'
import { DEFAULT_PORT } from './list-kinds.ts'
import { readMapping } from './read-mapping.ts'
import { choice, path, splitCommas, type ValueKind, ValueProblem } from './value-kinds.ts'

/** Files with what a listener needs to speak TLS, all of it as PEM. */
export interface ListenerTlsConfig {
  readonly cert: string
  readonly key: string
  /** Its first line is what the key is encrypted with. */
  readonly keyPasswordFile?: string
  /** Who signs the certificates of clients. */
  readonly ca?: string
  readonly clientAuth?: 'none' | 'requested' | 'required'
}

/** One address that the broker listens on. */
export interface ListenerConfig extends Address {
  /** What clients are told to connect to; the address itself when left out. */
  readonly advertised?: Address
  /** How clients must say who they are; nobody is asked when left out. */
  readonly sasl?: readonly SaslMechanism[]
  readonly tls?: ListenerTlsConfig
}

type Place = ReadonlyArray<string | number>

/** Listeners: a YAML list of mappings or of `host:port`, or text with commas. */
export const listenerList: ValueKind<readonly ListenerConfig[]> = {
  expects: 'a list of listeners, each { host, port, advertised, sasl, tls } or host:port',
  read(value, base) {
    const items = Array.isArray(value) ? value : typeof value === 'string' ? splitCommas(value) : undefined
    return items?.map((item, index) => readListener(item, [index], base))
  },
}

function readListener(item: unknown, at: Place, base: string): ListenerConfig {
  if (typeof item === 'string') return readAddress(item, at)
  const { host, port, advertised, sasl, tls } = readMapping(item, ['host', 'port', 'advertised', 'sasl', 'tls'], at)
  if (host !== undefined && typeof host !== 'string') throw new ValueProblem('host: expected text', [...at, 'host'])
  if (port !== undefined && !isPort(port)) {
    const message = `port: expected a whole number from 0 to 65535, not ${JSON.stringify(port)}`
    throw new ValueProblem(message, [...at, 'port'])
  }
  const address = { host: host ?? '127.0.0.1', port: port ?? DEFAULT_PORT }
  return {
    ...address,
    ...(advertised === undefined ? {} : { advertised: readAddress(advertised, [...at, 'advertised'], address.port) }),
    ...(sasl === undefined ? {} : { sasl: readMechanisms(sasl, [...at, 'sasl']) }),
    ...(tls === undefined ? {} : { tls: readTls(tls, [...at, 'tls'], base) }),
  }
}

function readMechanisms(value: unknown, at: Place): readonly SaslMechanism[] {
  const words = Array.isArray(value) ? value : typeof value === 'string' ? splitCommas(value) : []
  if (words.length === 0) throw new ValueProblem(`sasl: expected a list of ${known}`, at)
  const mechanisms = words.map((word) => {
    const mechanism = saslMechanisms.find((each) => each === String(word).toUpperCase())
    if (mechanism === undefined) throw new ValueProblem(`sasl: ${JSON.stringify(word)} is none of ${known}`, at)
    return mechanism
  })
  return [...new Set(mechanisms)]
}

const known = saslMechanisms.join(', ').toLowerCase()
const clientAuths = choice('none', 'requested', 'required')

function readTls(value: unknown, at: Place, base: string): ListenerTlsConfig {
  const fields = readMapping(value, ['cert', 'key', 'key_password_file', 'ca', 'client_auth'], at)
  const file = (name: 'cert' | 'key' | 'key_password_file' | 'ca') => {
    if (fields[name] === undefined) return undefined
    const read = path.read(fields[name], base)
    if (read === undefined) throw new ValueProblem(`${name}: expected ${path.expects}`, [...at, name])
    return read
  }
  const cert = file('cert')
  const key = file('key')
  if (cert === undefined || key === undefined) throw new ValueProblem('tls: expected the files cert and key', at)
  const ca = file('ca')
  const keyPasswordFile = file('key_password_file')
  const clientAuth = fields.client_auth === undefined ? undefined : clientAuths.read(fields.client_auth, base)
  if (fields.client_auth !== undefined && clientAuth === undefined) {
    throw new ValueProblem(`client_auth: expected ${clientAuths.expects}`, [...at, 'client_auth'])
  }
  if (clientAuth !== undefined && clientAuth !== 'none' && ca === undefined) {
    throw new ValueProblem(`client_auth: ${clientAuth} needs a ca that signs the certificates of clients`, at)
  }
  return {
    cert,
    key,
    ...(keyPasswordFile === undefined ? {} : { keyPasswordFile }),
    ...(ca === undefined ? {} : { ca }),
    ...(clientAuth === undefined ? {} : { clientAuth }),
  }
}

function readAddress(value: unknown, at: Place, port = DEFAULT_PORT): Address {
  const address = typeof value === 'string' ? parseAddress(value, port) : undefined
  if (address === undefined) throw new ValueProblem(`${JSON.stringify(value)} is not host:port`, at)
  return address
}

function isPort(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535
}
