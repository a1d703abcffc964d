import type { ItemResult } from '../../core/admin.ts'
import type { TopicPartition } from '../../core/consumer.ts'
import type { RafkaError } from '../../core/errors.ts'
import { deleteRecords } from '../../protocol/apis/delete-records.ts'
import { clientError } from '../client-error.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { byLeader } from '../cluster/list-offsets.ts'
import { defaultRequestTimeoutMs } from '../transport.ts'
import { itemError, leftOut } from './item-result.ts'

/** Up to where records of a partition are to go. */
export type DeleteBefore = TopicPartition & { readonly before: number | 'end' }

/** What became of it. */
export type DeletedRecords = TopicPartition & { readonly start: number; readonly error: ItemResult['error'] }

/** On the wire: the high watermark. */
const END = -1

/** See `Admin.deleteRecords`. */
export async function deleteRecordsOn(
  cluster: Cluster,
  partitions: readonly DeleteBefore[],
): Promise<DeletedRecords[]> {
  const results = new Map<DeleteBefore, DeletedRecords>()
  await Promise.all(
    partitions.map(async (each) => {
      try {
        results.set(each, await deleteIn(cluster, each))
      } catch (error) {
        results.set(each, failed(each, clientError(error)))
      }
    }),
  )
  return partitions.map((each) => results.get(each) ?? { ...place(each), start: -1, error: leftOut(each.topic) })
}

async function deleteIn(cluster: Cluster, asked: DeleteBefore): Promise<DeletedRecords> {
  const { topic, partition, before } = asked
  const offset = before === 'end' ? END : before
  const body = deleteRecords.request.create({
    topics: [{ name: topic, partitions: [{ partitionIndex: partition, offset }] }],
    timeoutMs: defaultRequestTimeoutMs,
  })
  const [[leader = 'any' as const] = []] = await byLeader(cluster, [asked], defaultRequestTimeoutMs)
  const response = await cluster.call(leader, deleteRecords, body)
  const answer = response.topics[0]?.partitions[0]
  if (answer === undefined) return { ...place(asked), start: -1, error: leftOut(topic) }
  const error = itemError(`${topic}-${partition}`, answer.errorCode, null)
  return { ...place(asked), start: error === null ? answer.lowWatermark : -1, error }
}

function failed(asked: DeleteBefore, { code, message }: RafkaError): DeletedRecords {
  return { ...place(asked), start: -1, error: { code, message } }
}

function place({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition }
}
