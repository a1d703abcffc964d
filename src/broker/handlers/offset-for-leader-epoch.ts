import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import { offsetForLeaderEpoch } from '../../protocol/apis/offset-for-leader-epoch.ts'
import type { BrokerState } from '../broker-state.ts'
import { handler, wireErrorOf } from '../handler.ts'
import { assertLeaderEpoch, LEADER_EPOCH } from '../logs/leader-epoch.ts'
import { findLog, findTopic } from '../topics/find-log.ts'

type Asked = RequestOf<typeof offsetForLeaderEpoch>['topics'][number]['partitions'][number]
type Answer = ResponseOf<typeof offsetForLeaderEpoch>['topics'][number]['partitions'][number]

/** Tells where the records of a leader epoch end (KIP-320). There is one epoch, so it ends where the log does; others are unknown: -1. */
export const offsetForLeaderEpochHandler = handler({
  api: offsetForLeaderEpoch,
  minVersion: 2,
  maxVersion: 4,
  async handle(state, request) {
    return offsetForLeaderEpoch.response.create({
      topics: request.topics.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map((asked) => answer(state, topic, asked)),
      })),
    })
  },
  refuse: (request, { errorCode }) =>
    offsetForLeaderEpoch.response.create({
      topics: request.topics.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map(({ partition }) => unknown(partition, errorCode)),
      })),
    }),
})

function answer(state: BrokerState, topic: string, { partition, currentLeaderEpoch, leaderEpoch }: Asked): Answer {
  try {
    const log = findLog(findTopic(state, topic), partition)
    assertLeaderEpoch(currentLeaderEpoch)
    if (leaderEpoch !== LEADER_EPOCH) return unknown(partition, 0)
    return { errorCode: 0, partition, leaderEpoch, endOffset: log.highWatermark }
  } catch (error) {
    return unknown(partition, wireErrorOf(error, state).errorCode)
  }
}

function unknown(partition: number, errorCode: number): Answer {
  return { errorCode, partition, leaderEpoch: -1, endOffset: -1 }
}
