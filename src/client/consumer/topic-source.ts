import type { Position, TopicPartition } from '../../core/consumer.ts'
import { RafkaError } from '../../core/errors.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { TopicMetadata } from '../cluster/metadata.ts'
import { partitionKey } from './assigned-partition.ts'
import type { Assignment } from './assignment.ts'
import type { ConsumerSettings } from './consumer-settings.ts'
import type { PartitionSource } from './partition-source.ts'
import { TopicWatch, type WatchListener } from './topic-watch.ts'

/** Every partition of the topics, or those that were named, for a consumer that is on its own. */
export class TopicSource implements PartitionSource, WatchListener {
  readonly #settings: ConsumerSettings
  readonly #assignment: Assignment
  readonly #watch: TopicWatch
  #started = false

  constructor(cluster: Cluster, settings: ConsumerSettings, assignment: Assignment) {
    this.#settings = settings
    this.#assignment = assignment
    this.#watch = new TopicWatch(
      cluster,
      { ...settings, topics: [...settings.topics.keys()], follow: settings.to === undefined },
      this,
    )
  }

  async start(): Promise<void> {
    await this.#watch.start()
    this.#started = true
  }

  get waiting(): boolean {
    return !this.#started || this.#watch.waiting
  }

  unknownTopic(topic: string): void {
    this.#watch.suspect(topic)
  }

  async close(): Promise<void> {
    this.#watch.close()
  }

  /** Part of `WatchListener`. */
  async found(topics: readonly TopicMetadata[], late: boolean): Promise<void> {
    const wanted = topics.flatMap((topic) =>
      this.#wanted(topic).map((partition) => ({ topic: topic.name, topicId: topic.topicId, partition })),
    )
    await this.#assignment.add(
      wanted.map((partition) => {
        const begin = this.#beginOf(partition, late)
        const whenGone = typeof begin === 'number' ? ('fail' as const) : ('forward' as const)
        return {
          ...partition,
          begin,
          end: this.#settings.ends.get(partitionKey(partition)) ?? this.#settings.to,
          whenGone,
        }
      }),
    )
  }

  /** Part of `WatchListener`. */
  lost(topic: string): void {
    this.#assignment.remove(this.#assignment.among().filter((partition) => partition.topic === topic))
  }

  /** Part of `WatchListener`. */
  failed(error: RafkaError): void {
    this.#assignment.failed(error)
  }

  /** @throws RafkaError `UNKNOWN_TOPIC_OR_PARTITION` when a partition was named that the topic does not have */
  #wanted({ name, partitions }: TopicMetadata): number[] {
    const all = partitions.map(({ partition }) => partition)
    const named = this.#settings.topics.get(name)
    if (named === undefined) return all
    const absent = [...named].find((partition) => !all.includes(partition))
    if (absent === undefined) return [...named]
    const message = `topic "${name}" has partitions 0 to ${all.length - 1}; ${absent} was asked for`
    throw new RafkaError('UNKNOWN_TOPIC_OR_PARTITION', message, { details: { topic: name, partition: absent } })
  }

  /** What came into being while it was waited for is read from its start: nothing of it is older than the wish to read it. */
  #beginOf(partition: TopicPartition, late: boolean): Position {
    const position = this.#settings.positions.get(partitionKey(partition)) ?? this.#settings.from ?? 'start'
    const moves = typeof position !== 'object' || 'fromEnd' in position
    return late && moves ? 'start' : position
  }
}
