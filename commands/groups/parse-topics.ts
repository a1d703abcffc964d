import { type Admin, RafkaError, type TopicPartition } from '../../src/index.ts'

/** A topic, and which of its partitions; undefined: all. */
interface NamedTopic {
  readonly topic: string
  readonly partitions: readonly number[] | undefined
}

/**
 * The partitions that `--topics` names: `orders` or `orders:0,1` each.
 * @throws RafkaError `INVALID_ARGUMENT`, `UNKNOWN_TOPIC_OR_PARTITION`
 */
export async function namedPartitions(admin: Admin, texts: readonly string[]): Promise<TopicPartition[]> {
  const named = texts.map(parseTopic)
  const described = await admin.describeTopics([...new Set(named.map(({ topic }) => topic))])
  const all = new Map(described.map(({ name, partitions }) => [name, partitions.map(({ partition }) => partition)]))
  return named.flatMap(({ topic, partitions }) => {
    const known = all.get(topic) ?? []
    const missing = partitions?.find((partition) => !known.includes(partition))
    if (missing === undefined) return (partitions ?? known).map((partition) => ({ topic, partition }))
    throw new RafkaError('UNKNOWN_TOPIC_OR_PARTITION', `topic "${topic}" has no partition ${missing}`, {
      details: { topic, partition: missing },
    })
  })
}

function parseTopic(text: string): NamedTopic {
  const match = /^([^:]+)(?::(\d{1,9}(?:,\d{1,9})*))?$/.exec(text)
  if (match?.[1] === undefined || match[1].includes(',')) {
    throw new RafkaError('INVALID_ARGUMENT', `--topics: ${JSON.stringify(text)} is neither TOPIC nor TOPIC:0,1`, {
      details: { hint: 'for several: --topics A --topics B:0,1' },
    })
  }
  const partitions = match[2]?.split(',').map(Number)
  return { topic: match[1], partitions: partitions === undefined ? undefined : [...new Set(partitions)] }
}
