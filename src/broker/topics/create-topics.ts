import { RafkaError } from '../../core/errors.ts'
import type { BrokerState } from '../broker-state.ts'
import { configProblem } from '../configs/config-values.ts'
import { topicConfig } from '../configs/topic-configs.ts'
import type { Topic } from './topic.ts'
import { topicNameProblem } from './topic-name.ts'
import type { TopicSpec } from './topics.ts'

/** Partitions that one request may create (`ReplicationControlManager.MAX_PARTITIONS_PER_BATCH`). */
export const MAX_PARTITIONS_PER_REQUEST = 10_000

/** What a client asks for: -1 means the broker's default. */
export interface TopicRequest {
  readonly name: string
  readonly numPartitions: number
  readonly replicationFactor: number
  readonly assignments: ReadonlyArray<{ readonly partitionIndex: number; readonly brokerIds: readonly number[] }>
  readonly configs: ReadonlyArray<{ readonly name: string; readonly value: string | null }>
}

/**
 * Checks what a client asks for, in Kafka's order (`ReplicationControlManager.createTopic`), and fills in the defaults.
 * @throws RafkaError with Kafka's error for the first thing that is wrong
 */
export function topicSpec(state: BrokerState, request: TopicRequest): TopicSpec {
  const { name } = request
  const problem = topicNameProblem(name)
  if (problem !== undefined) throw new RafkaError('INVALID_TOPIC_EXCEPTION', problem)
  if (state.topics.get(name) !== undefined) {
    throw new RafkaError('TOPIC_ALREADY_EXISTS', `topic "${name}" already exists`)
  }
  const other = state.topics.collision(name)
  if (other !== undefined) throw collisionError(name, other)
  const partitions = request.assignments.length > 0 ? assignedPartitions(state, request) : counted(state, request)
  return { name, partitions, configs: checkedConfigs(request) }
}

/** The error for a name that counts as the same as another's. */
export function collisionError(name: string, other: string): RafkaError {
  return new RafkaError(
    'INVALID_TOPIC_EXCEPTION',
    `topic "${name}" collides with "${other}": names that differ only in "." and "_" count as the same`,
  )
}

/**
 * The topic of this name, created with the defaults unless somebody else just did.
 * @throws RafkaError when its name collides, or the store fails
 */
export function autoCreateTopics(state: BrokerState, name: string): Promise<Topic> {
  return state.topics.exclusively(async () => {
    const existing = state.topics.get(name)
    if (existing !== undefined) return existing
    const spec = topicSpec(state, { name, numPartitions: -1, replicationFactor: -1, assignments: [], configs: [] })
    const [topic] = await state.topics.create([spec])
    return topic!
  })
}

function counted(state: BrokerState, { name, numPartitions, replicationFactor }: TopicRequest): number {
  if (numPartitions === 0 || numPartitions < -1) {
    throw new RafkaError(
      'INVALID_PARTITIONS',
      `topic "${name}" needs at least 1 partition; ${numPartitions} was asked for`,
    )
  }
  if (replicationFactor === 0 || replicationFactor < -1) {
    throw new RafkaError(
      'INVALID_REPLICATION_FACTOR',
      `topic "${name}" needs at least 1 replica; ${replicationFactor} was asked for`,
    )
  }
  const replicas = replicationFactor === -1 ? state.configs.number('default.replication.factor') : replicationFactor
  if (replicas > 1 && !state.configs.flag('rafka.replication.factor.clamp')) {
    throw new RafkaError(
      'INVALID_REPLICATION_FACTOR',
      `topic "${name}" asks for ${replicas} replicas; there is 1 broker (rafka.replication.factor.clamp=true grants what there is)`,
    )
  }
  const partitions = numPartitions === -1 ? state.configs.number('num.partitions') : numPartitions
  if (partitions > MAX_PARTITIONS_PER_REQUEST) {
    throw new RafkaError(
      'POLICY_VIOLATION',
      `topic "${name}" asks for ${partitions} partitions; one request may create ${MAX_PARTITIONS_PER_REQUEST}`,
    )
  }
  return partitions
}

function assignedPartitions(state: BrokerState, request: TopicRequest): number {
  const { name, assignments } = request
  if (request.numPartitions !== -1 || request.replicationFactor !== -1) {
    throw new RafkaError('INVALID_REQUEST', `topic "${name}" has assignments, so both counts must be -1`)
  }
  const indexes = new Set(assignments.map(({ partitionIndex }) => partitionIndex))
  const dense = assignments.every((_, index) => indexes.has(index))
  const ours = assignments.every(({ brokerIds }) => brokerIds.length === 1 && brokerIds[0] === state.nodeId)
  if (!dense || indexes.size !== assignments.length || !ours) {
    throw new RafkaError(
      'INVALID_REPLICA_ASSIGNMENT',
      `topic "${name}": partitions must be numbered from 0 without a gap, each on broker ${state.nodeId} alone`,
    )
  }
  return assignments.length
}

function checkedConfigs({ name: topic, configs }: TopicRequest): ReadonlyMap<string, string> {
  const checked = new Map<string, string>()
  for (const { name, value } of configs) {
    const problem = value === null ? `config "${name}" has no value` : configProblem(topicConfig, name, value)
    if (problem !== undefined) throw new RafkaError('INVALID_CONFIG', `topic "${topic}": ${problem}`)
    checked.set(name, value!)
  }
  return checked
}
