import { RafkaError } from '../../core/errors.ts'
import type { RequestOf } from '../../protocol/api.ts'
import { alterPartitionReassignments } from '../../protocol/apis/alter-partition-reassignments.ts'
import type { BrokerState } from '../broker-state.ts'
import { handler, noError, type WireError, wireErrorOf } from '../handler.ts'
import { findLog, findTopic } from '../topics/find-log.ts'

type Request = RequestOf<typeof alterPartitionReassignments>
type Asked = Request['topics'][number]['partitions'][number]

/** Moves no partition, there being one broker: that it shall be on this one is granted, anything else refused (KIP-455). */
export const alterPartitionReassignmentsHandler = handler({
  api: alterPartitionReassignments,
  minVersion: 0,
  maxVersion: 0,
  async handle(state, request) {
    return answer(request, (topic, asked) => {
      try {
        assertStays(state, topic, asked)
        return noError
      } catch (error) {
        return wireErrorOf(error, state)
      }
    })
  },
  refuse: (request, error) => ({ ...answer(request, () => error), ...error }),
})

function assertStays(state: BrokerState, topic: string, { partitionIndex, replicas }: Asked): void {
  findLog(findTopic(state, topic), partitionIndex)
  if (replicas === null) {
    throw new RafkaError('NO_REASSIGNMENT_IN_PROGRESS', `${topic}/${partitionIndex} is not being moved`)
  }
  if (replicas.length === 1 && replicas[0] === state.nodeId) return
  throw new RafkaError(
    'INVALID_REPLICA_ASSIGNMENT',
    `${topic}/${partitionIndex} can be on broker ${state.nodeId} alone; [${replicas.join(', ')}] was asked for`,
  )
}

function answer({ topics }: Request, resultOf: (topic: string, asked: Asked) => WireError) {
  return alterPartitionReassignments.response.create({
    errorMessage: null,
    responses: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map((asked) => ({ partitionIndex: asked.partitionIndex, ...resultOf(name, asked) })),
    })),
  })
}
