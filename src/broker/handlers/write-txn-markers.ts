import { RafkaError } from '../../core/errors.ts'
import type { RequestOf } from '../../protocol/api.ts'
import { writeTxnMarkers } from '../../protocol/apis/write-txn-markers.ts'
import type { BrokerState } from '../broker-state.ts'
import { handler, wireErrorOf } from '../handler.ts'
import type { StagedAppend } from '../logs/staged-append.ts'
import { findLog, findTopic } from '../topics/find-log.ts'

type Marker = RequestOf<typeof writeTxnMarkers>['markers'][number]

/**
 * Writes markers that an administrator asks for, to end a transaction that hangs in a log (KIP-664). All markers of the request are one
 * commit; one that is refused leaves the others. What the coordinator knows of the transaction stays as it is.
 */
export const writeTxnMarkersHandler = handler({
  api: writeTxnMarkers,
  minVersion: 1,
  maxVersion: 1,
  async handle(state, request) {
    const staged: StagedAppend[] = []
    const codes = new Map<StagedAppend | undefined, number>()
    const markers = request.markers.map((marker) => ({
      producerId: marker.producerId,
      topics: marker.topics.map(({ name, partitionIndexes }) => ({
        name,
        partitions: partitionIndexes.map((partitionIndex) => {
          try {
            const append = stageMarker(state, marker, name, partitionIndex)
            staged.push(append)
            return { partitionIndex, append, errorCode: 0 }
          } catch (error) {
            return { partitionIndex, append: undefined, errorCode: wireErrorOf(error, state).errorCode }
          }
        }),
      })),
    }))
    const failure = await commit(state, staged)
    for (const append of staged) codes.set(append, failure)
    return writeTxnMarkers.response.create({
      markers: markers.map(({ producerId, topics }) => ({
        producerId,
        topics: topics.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ partitionIndex, append, errorCode }) => ({
            partitionIndex,
            errorCode: codes.get(append) ?? errorCode,
          })),
        })),
      })),
    })
  },
  refuse: (request, { errorCode }) =>
    writeTxnMarkers.response.create({
      markers: request.markers.map(({ producerId, topics }) => ({
        producerId,
        topics: topics.map(({ name, partitionIndexes }) => ({
          name,
          partitions: partitionIndexes.map((partitionIndex) => ({ partitionIndex, errorCode })),
        })),
      })),
    }),
})

function stageMarker(state: BrokerState, marker: Marker, topic: string, partition: number): StagedAppend {
  const { producerId, producerEpoch, coordinatorEpoch, transactionResult } = marker
  const log = findLog(findTopic(state, topic), partition)
  if (producerId < 0 || producerEpoch < 0) {
    throw new RafkaError('INVALID_REQUEST', `there is no producer ${producerId} with epoch ${producerEpoch}`)
  }
  const type = transactionResult ? 'commit' : 'abort'
  return log.stageMarker({ type, producerId, producerEpoch, coordinatorEpoch }, state.clock.now())
}

/** @returns the error code of all of them */
async function commit(state: BrokerState, staged: readonly StagedAppend[]): Promise<number> {
  if (staged.length === 0) return 0
  let errorCode = 0
  try {
    await state.storage.commit(staged.flatMap(({ changes }) => changes))
  } catch (error) {
    errorCode = wireErrorOf(error, state).errorCode
  }
  for (const append of staged) append.log.settle(append, errorCode === 0)
  return errorCode
}
