import type { Admin, ConsumerOptions, TopicPartition } from '../../src/index.ts'
import type { Selection } from './resolve-places.ts'

/** One partition, from its first offset to its end. */
export interface PartitionExtent extends TopicPartition {
  readonly start: number
  readonly end: number
}

/**
 * All partitions that are selected, with their extents now, as far as they can be read with that isolation.
 * @throws RafkaError `UNKNOWN_TOPIC_OR_PARTITION`
 */
export async function partitionExtents(
  selection: Selection & Pick<ConsumerOptions, 'isolation'>,
  admin: Admin,
): Promise<PartitionExtent[]> {
  const { isolation = 'read_uncommitted' } = selection
  const wanted = await selectedPartitions(selection, admin)
  const [starts, ends] = await Promise.all([
    admin.listOffsets(wanted, 'start'),
    admin.listOffsets(wanted, 'end', { isolation }),
  ])
  return wanted.map(({ topic, partition }, index) => ({
    topic,
    partition,
    start: starts[index]!.offset,
    end: ends[index]!.offset,
  }))
}

/** The partitions that are selected. @throws RafkaError `UNKNOWN_TOPIC_OR_PARTITION` */
export async function selectedPartitions({ topics, partitions }: Selection, admin: Admin): Promise<TopicPartition[]> {
  const described = await admin.describeTopics(topics)
  return described.flatMap(({ name, partitions: all }) =>
    all
      .filter(({ partition }) => partitions === undefined || partitions.includes(partition))
      .map(({ partition }) => ({ topic: name, partition })),
  )
}
