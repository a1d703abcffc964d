import type { ResponseOf } from '../../protocol/api.ts'
import { describeProducers } from '../../protocol/apis/describe-producers.ts'
import type { BrokerState } from '../broker-state.ts'
import { handler, noError, type WireError, wireErrorOf } from '../handler.ts'
import type { ProducerState } from '../logs/producer-states.ts'
import { findLog, findTopic } from '../topics/find-log.ts'

type Answer = ResponseOf<typeof describeProducers>['topics'][number]['partitions'][number]
type Producer = Answer['activeProducers'][number]

/** Tells of the producers that partitions remember, by which an administrator finds transactions that hang (KIP-664). */
export const describeProducersHandler = handler({
  api: describeProducers,
  minVersion: 0,
  maxVersion: 0,
  async handle(state, request) {
    return describeProducers.response.create({
      topics: request.topics.map(({ name, partitionIndexes }) => ({
        name,
        partitions: partitionIndexes.map((partition) => describe(state, name, partition)),
      })),
    })
  },
  refuse: (request, error) =>
    describeProducers.response.create({
      topics: request.topics.map(({ name, partitionIndexes }) => ({
        name,
        partitions: partitionIndexes.map((partition) => answer(partition, error, [])),
      })),
    }),
})

function describe(state: BrokerState, name: string, partition: number): Answer {
  try {
    const { producers } = findLog(findTopic(state, name), partition)
    const active = [...producers.all].map(([producerId, producer]) => describeProducer(producerId, producer))
    return answer(partition, noError, active)
  } catch (error) {
    return answer(partition, wireErrorOf(error, state), [])
  }
}

function describeProducer(producerId: number, producer: ProducerState): Producer {
  // Without a batch of this epoch, the marker that ended the last transaction is what was written last.
  const [, lastSequence, , lastTimestamp] = producer.batches.at(-1) ?? [-1, -1, -1, producer.lastUsedMs]
  return {
    producerId,
    producerEpoch: producer.epoch,
    lastSequence,
    lastTimestamp,
    coordinatorEpoch: producer.coordinatorEpoch ?? -1,
    currentTxnStartOffset: producer.transactionStart ?? -1,
  }
}

function answer(partitionIndex: number, error: WireError, activeProducers: readonly Producer[]): Answer {
  return { partitionIndex, ...error, activeProducers }
}
