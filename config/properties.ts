import { RafkaError } from '../src/index.ts'
import { type ConfigKeyName, configKeyNames, isConfigKey, isSecret } from './config-keys.ts'
import { nearestName } from './nearest-name.ts'

/** Sections whose keys are known by their names alone too, a client's before the broker's. */
const clientSections = ['producer', 'consumer']
const otherSections = ['broker', 'server', 'hook', 'storage']

/** Kafka's and librdkafka's names for what is called otherwise here. */
const otherNames: ReadonlyMap<string, readonly ConfigKeyName[]> = new Map([
  ['bootstrap.servers', ['brokers']],
  ['metadata.broker.list', ['brokers']],
  ['compression.codec', ['producer.compression.type']],
  ['queue.buffering.max.ms', ['producer.linger.ms']],
  ['request.required.acks', ['producer.acks']],
  ['message.timeout.ms', ['producer.delivery.timeout.ms']],
  ['fetch.wait.max.ms', ['consumer.fetch.max.wait.ms']],
  ['sasl.mechanisms', ['sasl.mechanism']],
  ['ssl.ca.location', ['tls.ca']],
  ['ssl.certificate.location', ['tls.cert']],
  ['ssl.key.location', ['tls.key']],
  ['enable.ssl.certificate.verification', ['tls.verify']],
])

/** Sections whose keys are the same for all clients, and have to be named in full. */
const security = /^(security|sasl|tls)\./

/** Names of files are none. */
const secret = /password(?!_file)|secret|sasl\.jaas|ssl\.key(?!\.location)/i

/** The names that `-X` takes, beside the full names of keys, and the keys that each sets. */
export function propertyNames(): Map<string, readonly ConfigKeyName[]> {
  const names = new Set(
    [...clientSections, ...otherSections].flatMap((section) =>
      configKeyNames.filter((key) => key.startsWith(`${section}.`)).map((key) => key.slice(section.length + 1)),
    ),
  )
  const inFull = configKeyNames.filter((key) => security.test(key) && !isSecret(key))
  return new Map([...[...names, ...inFull].map((name) => [name, keysOf(name)] as const), ...otherNames])
}

/**
 * Reads `key=value`: keys of the configuration by their full names, or Kafka's name of a client's or the broker's property.
 * @throws RafkaError `INVALID_ARGUMENT` for an unknown one, with the nearest, and for secrets
 */
export function readProperty(text: string): { readonly keys: readonly ConfigKeyName[]; readonly value: string } {
  const at = text.indexOf('=')
  const name = (at === -1 ? text : text.slice(0, at)).trim()
  if (secret.test(name)) {
    throw wrong(
      name,
      'secrets have no place on a command line, where other users can read them',
      'put it into a file that only you can read',
    )
  }
  if (at < 1) throw wrong(name, `${JSON.stringify(text)} is not KEY=VALUE`, '-X list shows the keys')
  const keys = keysOf(name)
  if (keys.length > 0) return { keys, value: text.slice(at + 1).trim() }
  const near = nearestName(name, [...propertyNames().keys(), ...configKeyNames])
  throw wrong(name, `unknown property "${name}"`, near === undefined ? '-X list shows all' : `did you mean "${near}"?`)
}

function keysOf(name: string): readonly ConfigKeyName[] {
  if (isConfigKey(name)) return [name]
  const known = otherNames.get(name)
  if (known !== undefined) return known
  const ofClients = keysIn(clientSections, name)
  return ofClients.length > 0 ? ofClients : keysIn(otherSections, name).slice(0, 1)
}

function keysIn(sections: readonly string[], name: string): ConfigKeyName[] {
  return sections.map((section) => `${section}.${name}`).filter(isConfigKey)
}

function wrong(property: string, problem: string, hint: string): RafkaError {
  return new RafkaError('INVALID_ARGUMENT', `-X: ${problem}`, { details: { property, hint } })
}
