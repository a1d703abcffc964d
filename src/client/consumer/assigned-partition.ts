import type { TopicPartition } from '../../core/consumer.ts'

/** One partition that is read, and how far. */
export class AssignedPartition implements TopicPartition {
  readonly topic: string
  readonly topicId: string
  readonly partition: number
  /** Offset of the next record that iteration will give; -1 until it is known. */
  position = -1
  /** Where the next fetch goes on: `position`, and what was fetched ahead. */
  fetchOffset = -1
  /** Iteration ends before it; undefined: never. */
  end: number | undefined
  /** The position was given as a number: when there is nothing at it, that is an error. */
  exact = false
  /** As the broker last said; -1: not yet. */
  highWatermark = -1
  paused = false
  /** Changes when what is fetched, or given in part, no longer counts. */
  epoch = 0
  /** Not before, by `performance.now`. */
  retryAt = 0
  failures = 0

  constructor(topic: string, topicId: string, partition: number) {
    this.topic = topic
    this.topicId = topicId
    this.partition = partition
  }

  /** Everything up to the end was fetched. */
  get finished(): boolean {
    return this.end !== undefined && this.fetchOffset >= this.end
  }

  /** Something may be fetched of it, now or after `retryAt`. */
  get wanted(): boolean {
    return this.fetchOffset >= 0 && !this.paused && !this.finished
  }

  /** A fetch would wait for new records. */
  get atEnd(): boolean {
    return this.highWatermark < 0 || this.fetchOffset >= this.highWatermark
  }

  /** What was fetched ahead no longer counts: the next fetch begins at `offset`; -1: not known yet. */
  moveTo(offset: number): void {
    this.epoch += 1
    this.position = offset
    this.fetchOffset = offset
    this.retryAt = 0
  }
}

/** A key for maps: no two partitions share it. */
export function partitionKey({ topic, partition }: TopicPartition): string {
  return `${partition}/${topic}`
}
