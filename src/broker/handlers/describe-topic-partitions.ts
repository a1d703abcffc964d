import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import { describeTopicPartitions } from '../../protocol/apis/describe-topic-partitions.ts'
import { zeroUuid } from '../../protocol/uuid.ts'
import { authorizedOperations } from '../authorized-operations.ts'
import type { BrokerState } from '../broker-state.ts'
import { handler, wireError } from '../handler.ts'
import { LEADER_EPOCH } from '../logs/leader-epoch.ts'
import { topicNameProblem } from '../topics/topic-name.ts'

type Request = RequestOf<typeof describeTopicPartitions>
type Response = ResponseOf<typeof describeTopicPartitions>
type TopicAnswer = Response['topics'][number]

/** `max.request.partition.size.limit`. */
const MAX_PARTITIONS = 2000

/** Describes topics in order of name, at most 2,000 partitions an answer, with a cursor for the rest (KIP-966). */
export const describeTopicPartitionsHandler = handler({
  api: describeTopicPartitions,
  minVersion: 0,
  maxVersion: 0,
  async handle(state, request) {
    if (request.cursor !== null && request.cursor.partitionIndex < 0)
      return refuse(request, wireError('INVALID_REQUEST').errorCode)
    return page(state, request)
  },
  refuse: (request, error) => refuse(request, error.errorCode),
})

function page(state: BrokerState, { topics, cursor, responsePartitionLimit }: Request): Response {
  const asked = topics.length > 0 ? topics.map(({ name }) => name) : state.topics.all().map(({ name }) => name)
  const names = [...new Set(asked)].sort().filter((name) => cursor === null || name >= cursor.topicName)
  let room = Math.min(MAX_PARTITIONS, Math.max(responsePartitionLimit, 1))
  const answers: TopicAnswer[] = []
  for (const topicName of names) {
    const first = cursor !== null && cursor.topicName === topicName ? cursor.partitionIndex : 0
    if (room === 0) return response(answers, { topicName, partitionIndex: first })
    const answer = describe(state, topicName, first, room)
    answers.push(answer)
    room -= answer.partitions.length
    const next = first + answer.partitions.length
    if (next < (state.topics.get(topicName)?.logs.length ?? 0)) {
      return response(answers, { topicName, partitionIndex: next })
    }
  }
  return response(answers, null)
}

function response(topics: TopicAnswer[], nextCursor: Response['nextCursor']): Response {
  return describeTopicPartitions.response.create({ topics, nextCursor })
}

function describe(state: BrokerState, name: string, first: number, limit: number): TopicAnswer {
  const topic = state.topics.get(name)
  if (topic === undefined) {
    const error = topicNameProblem(name) === undefined ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'INVALID_TOPIC_EXCEPTION'
    return failed(name, wireError(error).errorCode)
  }
  return {
    errorCode: 0,
    name,
    topicId: topic.id,
    isInternal: topic.internal,
    partitions: topic.logs.slice(first, first + limit).map(({ partition }) => ({
      errorCode: 0,
      partitionIndex: partition,
      leaderId: state.nodeId,
      leaderEpoch: LEADER_EPOCH,
      replicaNodes: [state.nodeId],
      isrNodes: [state.nodeId],
      eligibleLeaderReplicas: [],
      lastKnownElr: [],
      offlineReplicas: [],
    })),
    topicAuthorizedOperations: authorizedOperations.topic,
  }
}

function failed(name: string, errorCode: number): TopicAnswer {
  return {
    errorCode,
    name,
    topicId: zeroUuid,
    isInternal: false,
    partitions: [],
    topicAuthorizedOperations: authorizedOperations.notAsked,
  }
}

function refuse({ topics }: Request, errorCode: number): Response {
  return response(
    topics.map(({ name }) => failed(name, errorCode)),
    null,
  )
}
