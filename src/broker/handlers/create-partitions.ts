import { RafkaError } from '../../core/errors.ts'
import type { RequestOf } from '../../protocol/api.ts'
import { createPartitions } from '../../protocol/apis/create-partitions.ts'
import type { BrokerState } from '../broker-state.ts'
import { handler, noError, wireErrorOf } from '../handler.ts'
import { firstOfEach, repeated } from '../repeated.ts'
import { MAX_PARTITIONS_PER_REQUEST } from '../topics/create-topics.ts'

type Asked = RequestOf<typeof createPartitions>['topics'][number]

/** Gives topics more partitions; what is in the others stays (KIP-195). */
export const createPartitionsHandler = handler({
  api: createPartitions,
  minVersion: 0,
  maxVersion: 3,
  handle: (state, request) =>
    state.topics.exclusively(async () => {
      const twice = repeated(request.topics.map(({ name }) => name))
      const results = []
      for (const asked of firstOfEach(request.topics, ({ name }) => name)) {
        try {
          if (twice.has(asked.name)) {
            throw new RafkaError('INVALID_REQUEST', `topic "${asked.name}" is named twice in the request`)
          }
          await grow(state, asked, request.validateOnly)
          results.push({ name: asked.name, ...noError })
        } catch (error) {
          results.push({ name: asked.name, ...wireErrorOf(error, state) })
        }
      }
      return createPartitions.response.create({ results })
    }),
  refuse: (request, error) =>
    createPartitions.response.create({ results: request.topics.map(({ name }) => ({ name, ...error })) }),
})

async function grow(state: BrokerState, { name, count, assignments }: Asked, validateOnly: boolean): Promise<void> {
  const topic = state.topics.get(name)
  if (topic === undefined) throw new RafkaError('UNKNOWN_TOPIC_OR_PARTITION', `topic "${name}" does not exist`)
  const present = topic.logs.length
  if (count <= present) {
    throw new RafkaError('INVALID_PARTITIONS', `topic "${name}" has ${present} partitions; ${count} is not more`)
  }
  if (count - present > MAX_PARTITIONS_PER_REQUEST) {
    throw new RafkaError('INVALID_PARTITIONS', `one request may create ${MAX_PARTITIONS_PER_REQUEST} partitions`)
  }
  if (assignments !== null) {
    const ours = assignments.every(({ brokerIds }) => brokerIds.length === 1 && brokerIds[0] === state.nodeId)
    if (assignments.length !== count - present || !ours) {
      throw new RafkaError(
        'INVALID_REPLICA_ASSIGNMENT',
        `topic "${name}" gets ${count - present} partitions, each on broker ${state.nodeId} alone`,
      )
    }
  }
  if (!validateOnly) await state.topics.addPartitions(topic, count)
}
