import { brokerKeys } from './broker-keys.ts'
import { addressList, hookList } from './list-kinds.ts'
import { listenerList } from './listener-list.ts'
import { anyCase, choice, duration, flag, integer, path, size, text, type ValueKind } from './value-kinds.ts'

/** One key of rafka.yaml. */
export interface ConfigKey<T> {
  readonly kind: ValueKind<T>
  /** The default as it stands in rafka.yaml; undefined: nothing holds when the key is not set. */
  readonly defaultText: string | undefined
  /** Whether its value is never to be shown. */
  readonly secret?: boolean
}

function key<T>(kind: ValueKind<T>, defaultText?: string): ConfigKey<T> {
  return { kind, defaultText }
}

function secret(kind: ValueKind<string>): ConfigKey<string> {
  return { kind, defaultText: undefined, secret: true }
}

const promptColors = [
  ...(['red', 'green', 'yellow', 'blue', 'magenta', 'cyan'] as const),
  ...(['bg-red', 'bg-green', 'bg-yellow', 'bg-blue', 'bg-magenta', 'bg-cyan'] as const),
] as const

/**
 * Every key, by its whole name: sections and names joined with dots. config/rafka.yaml says what each is for.
 * Sections `broker`, `producer` and `consumer` have Kafka's names where Kafka has one.
 */
export const configKeys = {
  'data-dir': key(path),
  brokers: key(addressList),
  'security.protocol': key(anyCase('plaintext', 'ssl', 'sasl_plaintext', 'sasl_ssl')),
  'sasl.mechanism': key(anyCase('plain', 'scram-sha-256', 'scram-sha-512'), 'scram-sha-256'),
  'sasl.username': key(text),
  'sasl.password_file': key(path),
  'sasl.password': secret(text),
  'tls.ca': key(path),
  'tls.cert': key(path),
  'tls.key': key(path),
  'tls.key_password_file': key(path),
  'tls.server_name': key(text),
  'tls.verify': key(flag, 'true'),
  protect: key(flag, 'false'),
  prompt: key(choice(...promptColors)),
  'storage.type': key(choice('sqlite', 'memory'), 'sqlite'),
  'storage.path': key(path),
  'storage.durability': key(choice('fsync', 'os', 'none'), 'fsync'),
  'storage.memory.max.bytes': key(size(1024 * 1024), '1g'),
  listeners: key(listenerList, '127.0.0.1:9092'),
  ...brokerKeys,
  'server.socket.request.max.bytes': key(size(1024, 2 ** 31 - 1), '100m'),
  'server.max.connections': key(integer(1), '20000'),
  'server.connections.max.idle.ms': key(duration(1), '10m'),
  'server.read.timeout.ms': key(duration(1), '30s'),
  'server.read.min.bytes': key(size(1), '16k'),
  'server.max.requests.in.flight': key(integer(1), '100'),
  'server.max.request.bytes.in.flight': key(size(1024), '16m'),
  'server.max.fetches.in.flight': key(integer(1), '4'),
  'server.max.unsent.bytes': key(size(1024), '1m'),
  'server.fetch.budget.bytes': key(size(1024 * 1024), '256m'),
  'server.authentication.timeout.ms': key(duration(1), '10s'),
  'server.connection.failed.authentication.delay.ms': key(duration(), '100ms'),
  'server.connections.max.reauth.ms': key(duration(), '0'),
  'server.sasl.server.max.receive.size': key(size(1024, 2 ** 31 - 1), '512k'),
  'server.drain.timeout.ms': key(duration(), '5s'),
  hooks: key(hookList),
  'hook.timeout.ms': key(duration(1), '5s'),
  'hook.on.failure': key(choice('refuse', 'skip'), 'refuse'),
  'producer.acks': key(choice('all', '1', '0'), 'all'),
  'producer.compression.type': key(choice('none', 'gzip', 'snappy', 'lz4', 'zstd'), 'none'),
  'producer.linger.ms': key(duration(), '5ms'),
  'producer.batch.size': key(size(1024, 2 ** 30), '1008k'),
  'producer.buffer.memory': key(size(64 * 1024), '32m'),
  'producer.enable.idempotence': key(flag, 'true'),
  'producer.delivery.timeout.ms': key(duration(1), '2m'),
  'producer.request.timeout.ms': key(duration(1), '30s'),
  'producer.max.request.size': key(size(1024, 2 ** 30), '1m'),
  'consumer.fetch.max.wait.ms': key(duration(), '5s'),
  'consumer.fetch.min.bytes': key(size(1), '1'),
  'consumer.max.partition.fetch.bytes': key(size(1024, 2 ** 30), '1m'),
  'consumer.prefetch.bytes': key(size(1024), '16m'),
  'consumer.request.timeout.ms': key(duration(1), '30s'),
  'consumer.check.crcs': key(flag, 'true'),
  'consumer.group.protocol': key(choice('classic', 'consumer'), 'classic'),
  'consumer.group.instance.id': key(text),
  'consumer.session.timeout.ms': key(duration(1), '45s'),
  'consumer.heartbeat.interval.ms': key(duration(1), '3s'),
} as const

/** Name of a key, in full. */
export type ConfigKeyName = keyof typeof configKeys

/** What a key's values are once read. */
export type ConfigValue<Name extends ConfigKeyName> = (typeof configKeys)[Name] extends ConfigKey<infer T> ? T : never

/** The names, in the order of rafka.yaml. */
export const configKeyNames = Object.keys(configKeys) as readonly ConfigKeyName[]

/** The key of that name, if there is one. */
export function isConfigKey(name: string): name is ConfigKeyName {
  return Object.hasOwn(configKeys, name)
}

/** The variable that sets a key: `storage.type` is `RAFKA_STORAGE_TYPE`. */
export function environmentName(name: string): string {
  return `RAFKA_${name.toUpperCase().replaceAll(/[.-]/g, '_')}`
}

/** What stands for the value of a secret. */
export const hidden = '(hidden)'

/** Whether the value of a key is never to be shown. */
export function isSecret(name: ConfigKeyName): boolean {
  const { secret: isHidden }: ConfigKey<unknown> = configKeys[name]
  return isHidden === true
}

/** A value as it stands in a message, as JSON. */
export function shownValue(name: ConfigKeyName, value: unknown): string {
  return isSecret(name) ? hidden : JSON.stringify(value)
}
