import { anything, type ConfigDefinition, integer, oneOf, trueOrFalse } from './config-definition.ts'
import { groupConfigs } from './group-configs.ts'
import { topicConfigs } from './topic-configs.ts'

const INT_MAX = 2 ** 31 - 1

/** Tools that move replicas delete these when they are done. */
function throttle(name: string): ConfigDefinition {
  return {
    name,
    type: 'long',
    defaultValue: '9223372036854775807',
    check: integer(0),
    documentation: 'Accepted and kept; without effect on one node.',
    dynamic: true,
  }
}

const own: readonly ConfigDefinition[] = [
  {
    name: 'auto.create.topics.enable',
    type: 'boolean',
    defaultValue: 'true',
    check: trueOrFalse,
    documentation: 'Whether asking for the metadata of a topic that does not exist creates it.',
  },
  {
    name: 'broker.id',
    type: 'int',
    defaultValue: '1',
    check: integer(0, INT_MAX),
    documentation: 'Number of this broker.',
  },
  {
    name: 'default.replication.factor',
    type: 'int',
    defaultValue: '1',
    check: integer(1, INT_MAX),
    documentation: 'Replicas of a topic that asks for none. One node has one.',
  },
  {
    name: 'delete.topic.enable',
    type: 'boolean',
    defaultValue: 'true',
    check: trueOrFalse,
    documentation: 'Whether topics may be deleted.',
  },
  {
    name: 'fetch.max.bytes',
    type: 'int',
    defaultValue: '57671680',
    check: integer(1024, INT_MAX),
    documentation: 'Largest answer to a fetch, in bytes; the first batch is given whole all the same.',
  },
  throttle('follower.replication.throttled.rate'),
  throttle('leader.replication.throttled.rate'),
  {
    name: 'log.cleaner.backoff.ms',
    type: 'long',
    defaultValue: '15000',
    check: integer(0),
    documentation: 'Time between two looks for logs to compact, in ms.',
    dynamic: true,
  },
  {
    name: 'log.cleaner.dedupe.buffer.size',
    type: 'long',
    defaultValue: '134217728',
    check: integer(1024 * 1024),
    documentation: 'Memory for the keys of one compaction, in bytes; a log with more is compacted in several rounds.',
    dynamic: true,
  },
  {
    name: 'log.cleaner.enable',
    type: 'boolean',
    defaultValue: 'true',
    check: trueOrFalse,
    documentation: 'Whether logs are compacted in the background.',
  },
  {
    name: 'log.retention.check.interval.ms',
    type: 'long',
    defaultValue: '300000',
    check: integer(1),
    documentation: 'Time between two looks for batches to delete, in ms.',
  },
  {
    name: 'log.retention.hours',
    type: 'int',
    defaultValue: '168',
    check: integer(-1, INT_MAX),
    documentation: 'Age above which batches go, in hours; used where log.retention.ms is not set.',
  },
  {
    name: 'max.incremental.fetch.session.cache.slots',
    type: 'int',
    defaultValue: '1000',
    check: integer(0, INT_MAX),
    documentation: 'Fetch sessions that are remembered at a time; 0 for none.',
  },
  {
    name: 'num.partitions',
    type: 'int',
    defaultValue: '1',
    check: integer(1, 10_000),
    documentation: 'Partitions of a topic that asks for no number.',
  },
  {
    name: 'producer.id.expiration.ms',
    type: 'int',
    defaultValue: '86400000',
    check: integer(1, INT_MAX),
    documentation: 'How long an idle producer is remembered, in ms.',
    dynamic: true,
  },
  {
    name: 'rafka.replication.factor.clamp',
    type: 'boolean',
    defaultValue: 'false',
    check: trueOrFalse,
    documentation:
      'Whether a request for more replicas than there are brokers is granted with what there is, so that programs written for a cluster run on one node.',
    dynamic: true,
  },
  throttle('replica.alter.log.dirs.io.max.bytes.per.second'),
  {
    name: 'transaction.abort.timed.out.transaction.cleanup.interval.ms',
    type: 'int',
    defaultValue: '10000',
    check: integer(1, INT_MAX),
    documentation: 'Time between two looks for transactions that have been open for too long, in ms.',
  },
  {
    name: 'transaction.max.timeout.ms',
    type: 'int',
    defaultValue: '900000',
    check: integer(1, INT_MAX),
    documentation: 'Longest transaction that a producer may ask for, in ms.',
  },
  {
    name: 'transaction.remove.expired.transaction.cleanup.interval.ms',
    type: 'int',
    defaultValue: '3600000',
    check: integer(1, INT_MAX),
    documentation: 'Time between two looks for transactional ids that nobody uses any more, in ms.',
  },
  {
    name: 'transactional.id.expiration.ms',
    type: 'int',
    defaultValue: '604800000',
    check: integer(1, INT_MAX),
    documentation: 'How long a transactional id that is not used is remembered, in ms.',
  },
]

const synonyms: readonly ConfigDefinition[] = topicConfigs.flatMap((topicDefinition) =>
  topicDefinition.brokerName === undefined
    ? []
    : [
        {
          ...topicDefinition,
          name: topicDefinition.brokerName,
          documentation: `Default of ${topicDefinition.name}: ${topicDefinition.documentation}`,
          dynamic: true,
        },
      ],
)

/** What a broker states of itself and nobody can set. */
const stated: readonly ConfigDefinition[] = [
  {
    name: 'advertised.listeners',
    type: 'string',
    defaultValue: '',
    check: anything,
    documentation: 'Addresses that clients are told to use.',
  },
  {
    name: 'process.roles',
    type: 'list',
    defaultValue: 'broker,controller',
    check: oneOf('broker,controller'),
    documentation: 'One node does both.',
  },
]

/** Every config of the broker, with Kafka's names and defaults where Kafka has them. */
export const brokerConfigs: readonly ConfigDefinition[] = [...own, ...groupConfigs, ...synonyms, ...stated].sort(
  (a, b) => (a.name < b.name ? -1 : 1),
)

/** The definition of a broker config by its name. */
export const brokerConfig: ReadonlyMap<string, ConfigDefinition> = new Map(
  brokerConfigs.map((definition) => [definition.name, definition]),
)
