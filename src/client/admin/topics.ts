import type { CreatedTopic, ItemResult, NewTopic, TopicDescription } from '../../core/admin.ts'
import { RafkaError } from '../../core/errors.ts'
import { createPartitions } from '../../protocol/apis/create-partitions.ts'
import { createTopics } from '../../protocol/apis/create-topics.ts'
import { deleteTopics } from '../../protocol/apis/delete-topics.ts'
import { isRetriable } from '../../protocol/error-codes.ts'
import { zeroUuid } from '../../protocol/uuid.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { type ClusterMetadata, type TopicMetadata, topicError } from '../cluster/metadata.ts'
import { defaultRequestTimeoutMs } from '../transport.ts'
import { callController } from './controller-call.ts'
import { itemError, leftOut } from './item-result.ts'

/** All topics, or the named ones, by name. Creates none. */
export async function describeTopics(cluster: Cluster, names: readonly string[] | null): Promise<TopicDescription[]> {
  const { topics } = await askMetadata(cluster, names)
  const described = topics.map((topic) => describe(topic))
  if (names === null) return described.sort((a, b) => (a.name < b.name ? -1 : 1))
  const byName = new Map(described.map((topic) => [topic.name, topic]))
  return names.map((name) => {
    const topic = byName.get(name)
    if (topic !== undefined) return topic
    throw new RafkaError('UNKNOWN_SERVER_ERROR', `the broker's answer leaves topic "${name}" out`)
  })
}

/** Metadata, and again while that may help: a topic that does not exist is no reason. */
export function askMetadata(cluster: Cluster, topics: readonly string[] | null): Promise<ClusterMetadata> {
  const bounds = { awaited: 'the description of the cluster', timeoutMs: defaultRequestTimeoutMs }
  return cluster.retry(bounds, async (timeoutMs) => {
    const answer = await cluster.refresh({ topics, timeoutMs })
    const passing = answer.topics.find(
      ({ error }) => error !== 'NONE' && error !== 'UNKNOWN_TOPIC_OR_PARTITION' && isRetriable(error),
    )
    const error = passing === undefined ? undefined : topicError(passing)
    if (error !== undefined) throw error
    return answer
  })
}

/** See `Admin.createTopics`. */
export async function createTopicsOn(
  cluster: Cluster,
  topics: readonly NewTopic[],
  validateOnly: boolean,
): Promise<CreatedTopic[]> {
  const body = createTopics.request.create({
    topics: topics.map(({ name, partitions = -1, replicationFactor = -1, configs = {} }) => ({
      name,
      numPartitions: partitions,
      replicationFactor,
      assignments: [],
      configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
    })),
    timeoutMs: defaultRequestTimeoutMs,
    validateOnly,
  })
  const response = await callController(cluster, createTopics, body, (each) => each.topics.map(codeOf))
  const answers = new Map(response.topics.map((topic) => [topic.name, topic]))
  return topics.map(({ name }) => {
    const answer = answers.get(name)
    if (answer === undefined) {
      return { name, error: leftOut(name), topicId: null, partitions: null, replicationFactor: null }
    }
    return {
      name,
      error: itemError(name, answer.errorCode, answer.errorMessage),
      topicId: answer.topicId === zeroUuid ? null : answer.topicId,
      partitions: answer.numPartitions < 0 ? null : answer.numPartitions,
      replicationFactor: answer.replicationFactor < 0 ? null : answer.replicationFactor,
    }
  })
}

/** See `Admin.deleteTopics`. */
export async function deleteTopicsOn(cluster: Cluster, names: readonly string[]): Promise<ItemResult[]> {
  const body = deleteTopics.request.create({
    topics: names.map((name) => ({ name, topicId: zeroUuid })),
    topicNames: names,
    timeoutMs: defaultRequestTimeoutMs,
  })
  const response = await callController(cluster, deleteTopics, body, (each) => each.responses.map(codeOf))
  return results(names, response.responses)
}

/** See `Admin.createPartitions`. */
export async function createPartitionsOn(
  cluster: Cluster,
  topics: ReadonlyArray<{ readonly name: string; readonly total: number }>,
  validateOnly: boolean,
): Promise<ItemResult[]> {
  const body = createPartitions.request.create({
    topics: topics.map(({ name, total }) => ({ name, count: total, assignments: null })),
    timeoutMs: defaultRequestTimeoutMs,
    validateOnly,
  })
  const response = await callController(cluster, createPartitions, body, (each) => each.results.map(codeOf))
  return results(
    topics.map(({ name }) => name),
    response.results,
  )
}

interface ItemAnswer {
  readonly name: string | null
  readonly errorCode: number
  readonly errorMessage: string | null
}

/** One result per name, in the order of the call. */
function results(names: readonly string[], answers: readonly ItemAnswer[]): ItemResult[] {
  const byName = new Map(answers.map((answer) => [answer.name, answer]))
  return names.map((name) => {
    const answer = byName.get(name)
    return {
      name,
      error: answer === undefined ? leftOut(name) : itemError(name, answer.errorCode, answer.errorMessage),
    }
  })
}

function describe(topic: TopicMetadata): TopicDescription {
  const error = topicError(topic)
  if (error !== undefined) throw error
  const { name, topicId, internal, partitions } = topic
  return { name, topicId, internal, partitions }
}

function codeOf({ errorCode }: { readonly errorCode: number }): number {
  return errorCode
}
