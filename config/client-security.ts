import { RafkaError, type SaslMechanism, saslMechanisms } from '../src/index.ts'
import type { ConfigKeyName, ConfigValue } from './config-keys.ts'
import { type Config, describeOrigin } from './load-config.ts'

/** Where the password of a user is; undefined: whoever is there has to be asked. */
type PasswordSource = { readonly text: string } | { readonly file: string } | undefined

/** How clients are to speak TLS: names of files. */
export interface ClientTlsConfig {
  readonly ca: string | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
  readonly keyPasswordFile: string | undefined
  readonly serverName: string | undefined
  readonly verify: boolean
}

/** What the configuration says of the way to brokers. */
export interface ClientSecurity {
  /** undefined: no TLS. */
  readonly tls: ClientTlsConfig | undefined
  /** undefined: nobody is named. */
  readonly sasl:
    | { readonly mechanism: SaslMechanism; readonly username: string; readonly password: PasswordSource }
    | undefined
}

/** Keys that are set by who wants TLS, or SASL. Those with a default may be set by anybody. */
const tlsKeys = ['tls.ca', 'tls.cert', 'tls.key', 'tls.key_password_file', 'tls.server_name'] as const
const saslKeys = ['sasl.username', 'sasl.password', 'sasl.password_file'] as const
type WantedKey = (typeof tlsKeys)[number] | (typeof saslKeys)[number]
type SecurityKey = WantedKey | 'security.protocol' | 'sasl.mechanism' | 'tls.verify'

/**
 * How to reach the brokers. What is not said of the protocol follows from what is set of TLS and SASL.
 * @throws RafkaError `INVALID_CONFIGURATION` naming the keys that contradict each other
 */
export function clientSecurity(config: Config): ClientSecurity {
  const said = new Said(config)
  const ofTls = said.value('tls.verify') === false ? 'tls.verify' : tlsKeys.find((key) => said.value(key) !== undefined)
  const ofSasl = saslKeys.find((key) => said.value(key) !== undefined)
  const protocol = said.value('security.protocol')
  const usesTls = protocol === undefined ? ofTls !== undefined : /ssl$/.test(protocol)
  const usesSasl = protocol === undefined ? ofSasl !== undefined : protocol.startsWith('sasl_')
  if (ofTls !== undefined && !usesTls)
    throw said.contradiction('security.protocol', `${protocol} is without TLS`, ofTls)
  if (ofSasl !== undefined && !usesSasl)
    throw said.contradiction('security.protocol', `${protocol} is without SASL`, ofSasl)
  return { tls: usesTls ? tlsOf(said) : undefined, sasl: usesSasl ? saslOf(said, ofSasl) : undefined }
}

function tlsOf(said: Said): ClientTlsConfig {
  const [cert, key] = [said.value('tls.cert'), said.value('tls.key')]
  if (cert !== undefined && key === undefined) throw said.missing('tls.cert', 'tls.key')
  if (cert === undefined && key !== undefined) throw said.missing('tls.key', 'tls.cert')
  const keyPasswordFile = said.value('tls.key_password_file')
  if (keyPasswordFile !== undefined && key === undefined) throw said.missing('tls.key_password_file', 'tls.key')
  return {
    ca: said.value('tls.ca'),
    cert,
    key,
    keyPasswordFile,
    serverName: said.value('tls.server_name'),
    verify: said.value('tls.verify') ?? true,
  }
}

function saslOf(said: Said, named: SecurityKey = 'security.protocol'): ClientSecurity['sasl'] {
  const username = said.value('sasl.username')
  if (username === undefined) throw said.missing(named, 'sasl.username')
  const wanted = (said.value('sasl.mechanism') ?? 'scram-sha-256').toUpperCase()
  return { mechanism: saslMechanisms.find((each) => each === wanted)!, username, password: passwordOf(said) }
}

/** The one that comes from the stronger source holds. */
function passwordOf(said: Said): PasswordSource {
  const [text, file] = [said.value('sasl.password'), said.value('sasl.password_file')]
  if (text === undefined) return file === undefined ? undefined : { file }
  if (file === undefined) return { text }
  const stronger = said.strongerOf('sasl.password', 'sasl.password_file')
  if (stronger === undefined) throw said.contradiction('sasl.password', 'it is here', 'sasl.password_file')
  return stronger === 'sasl.password' ? { text } : { file }
}

/** What somebody has set, as far as it is meant for these brokers. */
class Said {
  readonly #config: Config

  constructor(config: Config) {
    this.#config = config
  }

  value<Key extends SecurityKey>(key: Key): ConfigValue<Key> | undefined {
    return this.#isMeant(key) ? this.#config.given(key) : undefined
  }

  strongerOf(a: SecurityKey, b: SecurityKey): SecurityKey | undefined {
    const order = this.#config.rank(a) - this.#config.rank(b)
    return order === 0 ? undefined : order < 0 ? a : b
  }

  contradiction(key: SecurityKey, what: string, other: SecurityKey): RafkaError {
    return this.#wrong(
      key,
      `${this.#where(key)}: ${what}, but ${other} is set too (${this.#where(other)}); leave out one of them`,
    )
  }

  missing(key: SecurityKey, other: SecurityKey): RafkaError {
    return this.#wrong(other, `${this.#where(key)}: with ${key} goes ${other}, which is not set`)
  }

  /**
   * What the current profile says of its brokers is not for others: whoever names those with `-b` means them alone, and PLAIN would tell
   * them the password. A profile that was named is meant to hold.
   */
  #isMeant(key: SecurityKey): boolean {
    const { profile } = this.#config
    const [origin, ofBrokers] = [this.#config.origin(key), this.#config.origin('brokers')]
    if (origin.from !== 'profile' || ofBrokers.from === 'profile') return true
    return profile?.isNamed === true && !('flag' in ofBrokers && ofBrokers.flag === '--to')
  }

  #where(key: ConfigKeyName): string {
    const origin = this.#config.origin(key)
    const place = describeOrigin(origin)
    return origin.from === 'flag' || origin.from === 'environment' ? place : `${place}: ${key}`
  }

  #wrong(key: SecurityKey, message: string): RafkaError {
    return new RafkaError('INVALID_CONFIGURATION', message, { details: { key } })
  }
}
