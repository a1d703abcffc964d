import { RafkaError } from '../../core/errors.ts'
import { deleteRecords } from '../../protocol/apis/delete-records.ts'
import type { BrokerState } from '../broker-state.ts'
import { handler, wireErrorOf } from '../handler.ts'
import { findLog, findTopic } from '../topics/find-log.ts'

/** `offset` that means: up to the high watermark. */
const ALL = -1

/** Moves the start of logs forward (KIP-107). */
export const deleteRecordsHandler = handler({
  api: deleteRecords,
  minVersion: 0,
  maxVersion: 2,
  async handle(state, request) {
    const topics = await Promise.all(
      request.topics.map(async ({ name, partitions }) => ({
        name,
        partitions: await Promise.all(
          partitions.map(async ({ partitionIndex, offset }) => {
            try {
              const lowWatermark = await trim(state, name, partitionIndex, offset)
              return { partitionIndex, lowWatermark, errorCode: 0 }
            } catch (error) {
              return { partitionIndex, lowWatermark: -1, errorCode: wireErrorOf(error, state).errorCode }
            }
          }),
        ),
      })),
    )
    return deleteRecords.response.create({ topics })
  },
  refuse: (request, { errorCode }) =>
    deleteRecords.response.create({
      topics: request.topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, lowWatermark: -1, errorCode })),
      })),
    }),
})

async function trim(state: BrokerState, name: string, partition: number, offset: number): Promise<number> {
  const topic = findTopic(state, name)
  const log = findLog(topic, partition)
  if (topic.internal) {
    throw new RafkaError('INVALID_TOPIC_EXCEPTION', `topic "${name}" is internal; clients may only read it`)
  }
  if (!topic.settings.delete) {
    throw new RafkaError('POLICY_VIOLATION', `topic "${name}" is compacted only; its records are not deleted by offset`)
  }
  if (offset < ALL || offset > log.highWatermark) {
    throw new RafkaError(
      'OFFSET_OUT_OF_RANGE',
      `${name}/${partition} ends at ${log.highWatermark}; ${offset} is not in it`,
    )
  }
  return log.trim(offset === ALL ? log.highWatermark : offset)
}
