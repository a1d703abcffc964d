import { RafkaError } from '../../core/errors.ts'
import type { BrokerState } from '../broker-state.ts'
import type { PartitionLog } from '../logs/partition-log.ts'
import type { Topic } from './topic.ts'

/**
 * The topic of this name.
 * @throws RafkaError `UNKNOWN_TOPIC_OR_PARTITION`
 */
export function findTopic(state: BrokerState, name: string): Topic {
  const topic = state.topics.get(name)
  if (topic === undefined) throw new RafkaError('UNKNOWN_TOPIC_OR_PARTITION', `topic "${name}" does not exist`)
  return topic
}

/**
 * The log of a partition.
 * @throws RafkaError `UNKNOWN_TOPIC_OR_PARTITION`
 */
export function findLog(topic: Topic, partition: number): PartitionLog {
  const log = topic.logs[partition]
  if (log === undefined) {
    throw new RafkaError(
      'UNKNOWN_TOPIC_OR_PARTITION',
      `topic "${topic.name}" has ${topic.logs.length} partitions; there is no partition ${partition}`,
    )
  }
  return log
}
