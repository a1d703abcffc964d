import type { ConfigKey } from './config-keys.ts'
import { choice, decimal, duration, flag, integer, size, type ValueKind, wordList } from './value-kinds.ts'

const INT_MAX = 2 ** 31 - 1
const codecs = ['producer', 'uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'] as const

/** A key whose value the broker takes as text, as on Kafka's wire: `7d` becomes `604800000`. */
function asText<T extends string | number | boolean>(kind: ValueKind<T>, defaultText: string): ConfigKey<string> {
  return {
    kind: {
      expects: kind.expects,
      read(value, base) {
        const read = kind.read(value, base)
        return read === undefined ? undefined : String(read)
      },
    },
    defaultText,
  }
}

/** Configs of the broker that may be set in `broker:`, by Kafka's names. `defaultText` is what holds when a key is not set. */
export const brokerKeys = {
  'broker.auto.create.topics.enable': asText(flag, 'true'),
  'broker.broker.id': asText(integer(0, INT_MAX), '1'),
  'broker.compression.type': asText(choice(...codecs), 'producer'),
  'broker.default.replication.factor': asText(integer(1, INT_MAX), '1'),
  'broker.delete.topic.enable': asText(flag, 'true'),
  'broker.fetch.max.bytes': asText(size(1024, INT_MAX), '55m'),
  'broker.group.consumer.assignors': asText(wordList('uniform', 'range'), 'uniform,range'),
  'broker.group.consumer.heartbeat.interval.ms': asText(duration(1, INT_MAX), '5s'),
  'broker.group.consumer.max.heartbeat.interval.ms': asText(duration(1, INT_MAX), '15s'),
  'broker.group.consumer.max.session.timeout.ms': asText(duration(1, INT_MAX), '60s'),
  'broker.group.consumer.max.size': asText(integer(1, INT_MAX), '2147483647'),
  'broker.group.consumer.min.heartbeat.interval.ms': asText(duration(1, INT_MAX), '5s'),
  'broker.group.consumer.min.session.timeout.ms': asText(duration(1, INT_MAX), '45s'),
  'broker.group.consumer.session.timeout.ms': asText(duration(1, INT_MAX), '45s'),
  'broker.group.initial.rebalance.delay.ms': asText(duration(0, INT_MAX), '3s'),
  'broker.group.max.session.timeout.ms': asText(duration(1, INT_MAX), '30m'),
  'broker.group.max.size': asText(integer(1, INT_MAX), '2147483647'),
  'broker.group.min.session.timeout.ms': asText(duration(1, INT_MAX), '6s'),
  'broker.log.cleaner.backoff.ms': asText(duration(), '15s'),
  'broker.log.cleaner.dedupe.buffer.size': asText(size(1024 * 1024), '128m'),
  'broker.log.cleaner.delete.retention.ms': asText(duration(), '1d'),
  'broker.log.cleaner.enable': asText(flag, 'true'),
  'broker.log.cleaner.max.compaction.lag.ms': asText(duration(1), '9223372036854775807'),
  'broker.log.cleaner.min.cleanable.ratio': asText(decimal(0, 1), '0.5'),
  'broker.log.cleaner.min.compaction.lag.ms': asText(duration(), '0'),
  'broker.log.cleanup.policy': asText(wordList('delete', 'compact'), 'delete'),
  'broker.log.message.timestamp.after.max.ms': asText(duration(), '1h'),
  'broker.log.message.timestamp.before.max.ms': asText(duration(), '9223372036854775807'),
  'broker.log.message.timestamp.type': asText(choice('CreateTime', 'LogAppendTime'), 'CreateTime'),
  'broker.log.retention.bytes': asText(size(-1), '-1'),
  'broker.log.retention.check.interval.ms': asText(duration(1), '5m'),
  'broker.log.retention.hours': asText(integer(-1, INT_MAX), '168'),
  'broker.log.retention.ms': asText(duration(-1), '7d'),
  'broker.log.roll.ms': asText(duration(1), '7d'),
  'broker.log.segment.bytes': asText(size(1024 * 1024, INT_MAX), '1g'),
  'broker.max.incremental.fetch.session.cache.slots': asText(integer(0, INT_MAX), '1000'),
  'broker.message.max.bytes': asText(size(0, INT_MAX), '1048588'),
  'broker.num.partitions': asText(integer(1, 10_000), '1'),
  'broker.offset.metadata.max.bytes': asText(size(0, INT_MAX), '4k'),
  'broker.offsets.retention.check.interval.ms': asText(duration(1), '10m'),
  'broker.offsets.retention.minutes': asText(integer(1, INT_MAX), '10080'),
  'broker.producer.id.expiration.ms': asText(duration(1, INT_MAX), '1d'),
  'broker.rafka.replication.factor.clamp': asText(flag, 'false'),
  'broker.transaction.abort.timed.out.transaction.cleanup.interval.ms': asText(duration(1, INT_MAX), '10s'),
  'broker.transaction.max.timeout.ms': asText(duration(1, INT_MAX), '15m'),
  'broker.transaction.remove.expired.transaction.cleanup.interval.ms': asText(duration(1, INT_MAX), '1h'),
  'broker.transactional.id.expiration.ms': asText(duration(1, INT_MAX), '7d'),
} as const satisfies Record<string, ConfigKey<string>>
