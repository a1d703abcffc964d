import type { TopicPartition } from '../../core/consumer.ts'
import { isRafkaError, RafkaError } from '../../core/errors.ts'
import { describeLogDirs } from '../../protocol/apis/describe-log-dirs.ts'
import { errorName } from '../../protocol/error-codes.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { byLeader } from '../cluster/list-offsets.ts'
import { defaultRequestTimeoutMs } from '../transport.ts'

/** See `Admin.partitionSizes`. */
export async function partitionSizesOn(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
): Promise<Array<TopicPartition & { readonly sizeBytes: number | null }>> {
  const sizes = new Map<string, number>()
  const leaders = partitions.length === 0 ? [] : await byLeader(cluster, partitions, defaultRequestTimeoutMs)
  await Promise.all([...leaders].map(([leader, theirs]) => askLeader(cluster, leader, theirs, sizes)))
  return partitions.map(({ topic, partition }) => {
    return { topic, partition, sizeBytes: sizes.get(`${partition}/${topic}`) ?? null }
  })
}

async function askLeader(
  cluster: Cluster,
  leader: number,
  partitions: readonly TopicPartition[],
  sizes: Map<string, number>,
): Promise<void> {
  const byTopic = new Map<string, number[]>()
  for (const { topic, partition } of partitions) byTopic.set(topic, [...(byTopic.get(topic) ?? []), partition])
  const topics = [...byTopic].map(([topic, wanted]) => ({ topic, partitions: wanted }))
  try {
    const { errorCode, results } = await cluster.call(
      leader,
      describeLogDirs,
      describeLogDirs.request.create({ topics }),
    )
    const error = errorName(errorCode)
    if (error !== 'NONE') throw new RafkaError(error, `node ${leader} refused to tell its sizes: ${error}`)
    for (const { name, partitions: found } of results.flatMap((directory) => directory.topics)) {
      // A copy that is on its way to another directory is counted where it is whole.
      for (const { partitionIndex, partitionSize, isFutureKey } of found) {
        if (!isFutureKey) sizes.set(`${partitionIndex}/${name}`, partitionSize)
      }
    }
  } catch (error) {
    if (!isRafkaError(error, 'UNSUPPORTED_VERSION') && !isRafkaError(error, 'CLUSTER_AUTHORIZATION_FAILED')) throw error
  }
}
