import { type Admin, RafkaError, type TopicPartition } from '../../src/index.ts'

/**
 * The partitions of the named topics (where none is named, of all but a cluster's internal ones) that are wanted (all, where none is), in order.
 * @throws RafkaError `UNKNOWN_TOPIC_OR_PARTITION`
 */
export async function selectPartitions(
  admin: Admin,
  names: readonly string[],
  wanted: readonly number[] | undefined,
): Promise<TopicPartition[]> {
  const topics =
    names.length > 0
      ? await admin.describeTopics([...new Set(names)])
      : (await admin.listTopics()).filter(({ internal }) => !internal)
  const selected = [...topics]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(({ name, partitions }) => partitions.map(({ partition }) => ({ topic: name, partition })))
    .filter(({ partition }) => wanted === undefined || wanted.includes(partition))
    .sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : 0))
  const missing = wanted?.find((partition) => !selected.some((one) => one.partition === partition))
  if (missing === undefined) return selected
  const which = names.length > 0 ? `of "${names.join('", "')}"` : 'of any topic'
  throw new RafkaError('UNKNOWN_TOPIC_OR_PARTITION', `there is no partition ${missing} ${which}`, {
    details: { partition: missing, hint: 'rafka topics describe shows the partitions' },
  })
}
