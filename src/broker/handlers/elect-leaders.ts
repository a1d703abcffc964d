import { electLeaders } from '../../protocol/apis/elect-leaders.ts'
import type { BrokerState } from '../broker-state.ts'
import { handler, type WireError, wireError, wireErrorOf } from '../handler.ts'
import { findLog, findTopic } from '../topics/find-log.ts'

/** Kinds of election: of the preferred replica, and of any (KIP-460). */
const KINDS = [0, 1]

/**
 * Elects nobody: each partition has one replica, which leads it. Who names partitions is told so for each; who means all hears of
 * those that changed alone, which are none of any topic (`ReplicationControlManager.electLeaders`).
 */
export const electLeadersHandler = handler({
  api: electLeaders,
  minVersion: 0,
  maxVersion: 2,
  async handle(state, { electionType, topicPartitions }) {
    if (!KINDS.includes(electionType)) {
      return electLeaders.response.create({ errorCode: wireError('INVALID_REQUEST').errorCode })
    }
    return electLeaders.response.create({
      replicaElectionResults: (topicPartitions ?? withoutPartitions(state)).map(({ topic, partitions }) => ({
        topic,
        partitionResult: partitions.map((partitionId) => ({ partitionId, ...elect(state, topic, partitionId) })),
      })),
    })
  },
  refuse: ({ topicPartitions }, error) =>
    electLeaders.response.create({
      errorCode: error.errorCode,
      replicaElectionResults: (topicPartitions ?? []).map(({ topic, partitions }) => ({
        topic,
        partitionResult: partitions.map((partitionId) => ({ partitionId, ...error })),
      })),
    }),
})

function withoutPartitions({ topics }: BrokerState) {
  return topics.all().map(({ name: topic }) => ({ topic, partitions: [] as readonly number[] }))
}

function elect(state: BrokerState, topic: string, partition: number): WireError {
  try {
    findLog(findTopic(state, topic), partition)
    return wireError('ELECTION_NOT_NEEDED', 'the only replica leads the partition')
  } catch (error) {
    return wireErrorOf(error, state)
  }
}
