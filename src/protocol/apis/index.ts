import type { ApiDefinition } from '../api.ts'
import { alterConfigs } from './alter-configs.ts'
import { apiVersions } from './api-versions.ts'
import { createPartitions } from './create-partitions.ts'
import { createTopics } from './create-topics.ts'
import { deleteRecords } from './delete-records.ts'
import { deleteTopics } from './delete-topics.ts'
import { describeCluster } from './describe-cluster.ts'
import { describeConfigs } from './describe-configs.ts'
import { describeTopicPartitions } from './describe-topic-partitions.ts'
import { fetch } from './fetch.ts'
import { incrementalAlterConfigs } from './incremental-alter-configs.ts'
import { initProducerId } from './init-producer-id.ts'
import { listOffsets } from './list-offsets.ts'
import { metadata } from './metadata.ts'
import { produce } from './produce.ts'

/** Every API that is defined, by rising key. What a broker answers is for its handlers to say. */
export const apis: readonly ApiDefinition[] = [
  produce,
  fetch,
  listOffsets,
  metadata,
  apiVersions,
  createTopics,
  deleteTopics,
  deleteRecords,
  initProducerId,
  describeConfigs,
  alterConfigs,
  createPartitions,
  incrementalAlterConfigs,
  describeCluster,
  describeTopicPartitions,
]

const byKey: ReadonlyMap<number, ApiDefinition> = new Map(apis.map((api) => [api.key, api]))

/** The API with Kafka's number `key`; undefined when it is not defined. */
export function apiByKey(key: number): ApiDefinition | undefined {
  return byKey.get(key)
}
