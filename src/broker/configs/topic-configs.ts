import { anything, type ConfigDefinition, decimal, integer, listOf, oneOf, trueOrFalse } from './config-definition.ts'

const INT_MAX = 2 ** 31 - 1
const LONG_MAX = '9223372036854775807'

/** Where Kafka shows the default under another name than the broker's config here has, or (null) not at all. */
const defaultSynonyms: Readonly<Record<string, string | null>> = {
  'file.delete.delay.ms': 'log.segment.delete.delay.ms',
  'flush.messages': 'log.flush.interval.messages',
  'flush.ms': null,
  'follower.replication.throttled.replicas': null,
  'index.interval.bytes': 'log.index.interval.bytes',
  'leader.replication.throttled.replicas': null,
  preallocate: 'log.preallocate',
  'retention.ms': null,
  'segment.index.bytes': 'log.index.size.max.bytes',
  'segment.jitter.ms': null,
  'segment.ms': null,
}

function define(
  name: string,
  type: ConfigDefinition['type'],
  defaultValue: string,
  check: ConfigDefinition['check'],
  documentation: string,
  brokerName?: string,
): ConfigDefinition {
  const defaultSynonym = defaultSynonyms[name]
  return {
    name,
    type,
    defaultValue,
    check,
    documentation,
    ...(brokerName === undefined ? {} : { brokerName }),
    ...(defaultSynonym === undefined ? {} : { defaultSynonym }),
  }
}

const noEffect = 'Accepted and kept; without effect on one node'

/** Every config of a topic, with Kafka's names and defaults (`LogConfig`, `TopicConfig`). */
export const topicConfigs: readonly ConfigDefinition[] = [
  define(
    'cleanup.policy',
    'list',
    'delete',
    listOf('delete', 'compact'),
    'What becomes of old records: delete by time and size, compact (keep the last of each key), or both.',
    'log.cleanup.policy',
  ),
  define(
    'compression.type',
    'string',
    'producer',
    oneOf('producer', 'uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'),
    'How batches are stored: as the producer sent them, or with this codec.',
    'compression.type',
  ),
  define('compression.gzip.level', 'int', '-1', integer(-1, 9), `${noEffect}.`),
  define('compression.lz4.level', 'int', '9', integer(1, 17), `${noEffect}.`),
  define('compression.zstd.level', 'int', '3', integer(-131072, 22), `${noEffect}.`),
  define(
    'delete.retention.ms',
    'long',
    '86400000',
    integer(0),
    'How long a tombstone stays readable after compaction first met it, in ms.',
    'log.cleaner.delete.retention.ms',
  ),
  define('file.delete.delay.ms', 'long', '60000', integer(0), `${noEffect}: space is freed at once.`),
  define(
    'flush.messages',
    'long',
    LONG_MAX,
    integer(1),
    `${noEffect}: storage.durability decides when data is synced.`,
  ),
  define('flush.ms', 'long', LONG_MAX, integer(0), `${noEffect}: storage.durability decides when data is synced.`),
  define('follower.replication.throttled.replicas', 'list', '', anything, `${noEffect}.`),
  define('index.interval.bytes', 'int', '4096', integer(0, INT_MAX), `${noEffect}.`),
  define('leader.replication.throttled.replicas', 'list', '', anything, `${noEffect}.`),
  define(
    'max.compaction.lag.ms',
    'long',
    LONG_MAX,
    integer(1),
    'Compaction starts when a record that may be compacted is older than this, in ms, whatever the dirty ratio.',
    'log.cleaner.max.compaction.lag.ms',
  ),
  define(
    'max.message.bytes',
    'int',
    '1048588',
    integer(0, INT_MAX),
    'Largest record batch as stored, in bytes, with its 12-byte prefix.',
    'message.max.bytes',
  ),
  define(
    'message.timestamp.after.max.ms',
    'long',
    '3600000',
    integer(0),
    'How far ahead of the clock a record may be, in ms.',
    'log.message.timestamp.after.max.ms',
  ),
  define(
    'message.timestamp.before.max.ms',
    'long',
    LONG_MAX,
    integer(0),
    'How far behind the clock a record may be, in ms.',
    'log.message.timestamp.before.max.ms',
  ),
  define(
    'message.timestamp.type',
    'string',
    'CreateTime',
    oneOf('CreateTime', 'LogAppendTime'),
    "Whether a record keeps the producer's time or gets the broker's.",
    'log.message.timestamp.type',
  ),
  define(
    'min.cleanable.dirty.ratio',
    'double',
    '0.5',
    decimal(0, 1),
    'Compaction starts when this part of the log is not yet compacted.',
    'log.cleaner.min.cleanable.ratio',
  ),
  define(
    'min.compaction.lag.ms',
    'long',
    '0',
    integer(0),
    'Records younger than this are not compacted, in ms.',
    'log.cleaner.min.compaction.lag.ms',
  ),
  define('min.insync.replicas', 'int', '1', integer(1, INT_MAX), `${noEffect}: never above the replica count.`),
  define('preallocate', 'boolean', 'false', trueOrFalse, `${noEffect}.`),
  define(
    'retention.bytes',
    'long',
    '-1',
    integer(-1),
    'Size of a partition above which the oldest batches go, in bytes; -1 for no bound.',
    'log.retention.bytes',
  ),
  define(
    'retention.ms',
    'long',
    '604800000',
    integer(-1),
    'Age above which the oldest batches go, in ms; -1 for no bound.',
    'log.retention.ms',
  ),
  define(
    'segment.bytes',
    'int',
    '1073741824',
    integer(1024 * 1024, INT_MAX),
    'Batches with fewer bytes than this after them count as the active segment, which compaction leaves alone.',
    'log.segment.bytes',
  ),
  define('segment.index.bytes', 'int', '10485760', integer(4, INT_MAX), `${noEffect}.`),
  define('segment.jitter.ms', 'long', '0', integer(0), `${noEffect}.`),
  define(
    'segment.ms',
    'long',
    '604800000',
    integer(1),
    'Batches older than this leave the active segment, in ms.',
    'log.roll.ms',
  ),
  define('unclean.leader.election.enable', 'boolean', 'false', trueOrFalse, `${noEffect}.`),
]

/** The definition of a topic config by its name. */
export const topicConfig: ReadonlyMap<string, ConfigDefinition> = new Map(
  topicConfigs.map((definition) => [definition.name, definition]),
)
