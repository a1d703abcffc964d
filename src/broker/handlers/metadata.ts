import { RafkaError } from '../../core/errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import { metadata } from '../../protocol/apis/metadata.ts'
import { zeroUuid } from '../../protocol/uuid.ts'
import { authorizedOperations } from '../authorized-operations.ts'
import type { BrokerState } from '../broker-state.ts'
import { handler, wireError, wireErrorOf } from '../handler.ts'
import { LEADER_EPOCH } from '../logs/leader-epoch.ts'
import { autoCreateTopics } from '../topics/create-topics.ts'
import type { Topic } from '../topics/topic.ts'
import { topicNameProblem } from '../topics/topic-name.ts'

/** From this version on a topic may be asked for by its id, and its name be null (KIP-516). */
const FIRST_VERSION_WITH_IDS = 12

type Request = RequestOf<typeof metadata>
type TopicAnswer = ResponseOf<typeof metadata>['topics'][number]

/** Tells who the brokers are and where partitions are led; creates topics that were asked for, where that is allowed (KIP-204, KIP-516). */
export const metadataHandler = handler({
  api: metadata,
  minVersion: 0,
  maxVersion: 12,
  async handle(state, request, context) {
    const misused =
      context.version < FIRST_VERSION_WITH_IDS &&
      request.topics?.some((topic) => topic.name === null || topic.topicId !== zeroUuid)
    const all = request.topics === null || (context.version === 0 && request.topics.length === 0)
    const topics = all
      ? state.topics.all().map((topic) => describe(state, topic))
      : await Promise.all(distinct(request.topics ?? []).map((asked) => named(state, request, asked, misused === true)))
    if (misused === true) return metadata.response.create({ clusterId: state.clusterId, topics })
    const { host, port } = state.advertised(context.connection)
    return metadata.response.create({
      brokers: [{ nodeId: state.nodeId, host, port, rack: null }],
      clusterId: state.clusterId,
      controllerId: state.nodeId,
      topics: request.includeTopicAuthorizedOperations
        ? topics.map((topic) => ({ ...topic, topicAuthorizedOperations: authorizedOperations.topic }))
        : topics,
      ...(request.includeClusterAuthorizedOperations
        ? { clusterAuthorizedOperations: authorizedOperations.cluster }
        : {}),
    })
  },
  refuse: (request, error, { version }) =>
    metadata.response.create({
      topics: (request.topics ?? []).map(({ name, topicId }) =>
        failed(version < FIRST_VERSION_WITH_IDS ? (name ?? '') : name, topicId, error.errorCode),
      ),
      errorCode: error.errorCode,
    }),
})

/** A topic that is named twice is described once. */
function distinct(topics: NonNullable<Request['topics']>): NonNullable<Request['topics']> {
  return [...new Map(topics.map((topic) => [`${topic.topicId}/${topic.name ?? ''}`, topic])).values()]
}

async function named(
  state: BrokerState,
  request: Request,
  asked: { name: string | null; topicId: string },
  misused: boolean,
): Promise<TopicAnswer> {
  const { name, topicId } = asked
  if (misused) return failed(name ?? '', topicId, wireError('INVALID_REQUEST').errorCode)
  // An id counts more than a name.
  if (name === null || topicId !== zeroUuid) {
    const topic = state.topics.byId(topicId)
    return topic === undefined ? failed(null, topicId, wireError('UNKNOWN_TOPIC_ID').errorCode) : describe(state, topic)
  }
  const topic = state.topics.get(name)
  if (topic !== undefined) return describe(state, topic)
  try {
    const problem = topicNameProblem(name)
    if (problem !== undefined) throw new RafkaError('INVALID_TOPIC_EXCEPTION', problem)
    if (!request.allowAutoTopicCreation || !state.configs.flag('auto.create.topics.enable')) {
      throw new RafkaError('UNKNOWN_TOPIC_OR_PARTITION', `topic "${name}" does not exist`)
    }
    return describe(state, await autoCreateTopics(state, name))
  } catch (error) {
    return failed(name, zeroUuid, wireErrorOf(error, state).errorCode)
  }
}

function describe(state: BrokerState, topic: Topic): TopicAnswer {
  return {
    errorCode: 0,
    name: topic.name,
    topicId: topic.id,
    isInternal: topic.internal,
    partitions: topic.logs.map((_, partitionIndex) => ({
      errorCode: 0,
      partitionIndex,
      leaderId: state.nodeId,
      leaderEpoch: LEADER_EPOCH,
      replicaNodes: [state.nodeId],
      isrNodes: [state.nodeId],
      offlineReplicas: [],
    })),
    topicAuthorizedOperations: authorizedOperations.notAsked,
  }
}

function failed(name: string | null, topicId: string, errorCode: number): TopicAnswer {
  return {
    errorCode,
    name,
    topicId,
    isInternal: false,
    partitions: [],
    topicAuthorizedOperations: authorizedOperations.notAsked,
  }
}
