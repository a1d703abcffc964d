import { RafkaError } from '../../core/errors.ts'
import type { RequestOf } from '../../protocol/api.ts'
import type { fetch } from '../../protocol/apis/fetch.ts'
import type { BrokerState } from '../broker-state.ts'
import type { PartitionLog } from '../logs/partition-log.ts'
import { findLog, findTopic } from '../topics/find-log.ts'

type Request = RequestOf<typeof fetch>
type PartitionRequest = Request['topics'][number]['partitions'][number]

/** From this version on topics are named by id (KIP-516). */
export const FIRST_VERSION_WITH_IDS = 13

/** One partition that is asked for: by the name of its topic, or by its id when the name is empty. */
export interface WantedPartition {
  readonly topic: string
  readonly topicId: string
  readonly partition: PartitionRequest
}

/** What tells a partition from others of the same request or session. */
export function partitionKey(topic: string, topicId: string, partition: number): string {
  return `${topic === '' ? topicId : topic}/${partition}`
}

/** The partitions of a request by their keys. One that is named twice counts once, as it came last (`FetchRequest.fetchData`). */
export function wantedPartitions(request: Request, version: number): Map<string, WantedPartition> {
  const wanted = new Map<string, WantedPartition>()
  for (const { topic: name, topicId, partitions } of request.topics) {
    const topic = version >= FIRST_VERSION_WITH_IDS ? '' : name
    for (const partition of partitions) {
      wanted.set(partitionKey(topic, topicId, partition.partition), { topic, topicId, partition })
    }
  }
  return wanted
}

/** @throws RafkaError `UNKNOWN_TOPIC_OR_PARTITION`, `UNKNOWN_TOPIC_ID` */
export function findWanted(state: BrokerState, { topic, topicId, partition }: WantedPartition): PartitionLog {
  if (topic !== '') return findLog(findTopic(state, topic), partition.partition)
  const found = state.topics.byId(topicId)
  if (found === undefined) throw new RafkaError('UNKNOWN_TOPIC_ID', `no topic has the id ${topicId}`)
  return findLog(found, partition.partition)
}

/** The same; undefined when there is none. */
export function peekLog(state: BrokerState, { topic, topicId, partition }: WantedPartition): PartitionLog | undefined {
  const found = topic === '' ? state.topics.byId(topicId) : state.topics.get(topic)
  return found?.logs[partition.partition]
}
