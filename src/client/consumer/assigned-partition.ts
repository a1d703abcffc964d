import type { TopicPartition } from '../../core/consumer.ts'

/**
 * Where to go on when the log does not hold a position: `start` or `end` of what it holds; `forward`, to its start when that moved past the position, while a
 * position behind its end is an error; or nowhere: `fail`.
 */
export type WhenGone = 'start' | 'end' | 'forward' | 'fail'

/** One partition that is read, and how far. */
export class AssignedPartition implements TopicPartition {
  readonly topic: string
  readonly topicId: string
  readonly partition: number
  /** Offset of the next record that iteration will give; -1 until it is known. */
  position = -1
  /** Offset after the last record that the loop is done with: what may be committed; -1 until it is known. */
  handled = -1
  /** What the group has committed, as far as this consumer knows; -1: nothing. */
  committed = -1
  /** Where the next fetch goes on: `position`, and what was fetched ahead. */
  fetchOffset = -1
  /** Iteration ends before it; undefined: never. */
  end: number | undefined
  whenGone: WhenGone = 'forward'
  /** Offset up to which a fetch need not wait, as the broker last said; -1: not yet. */
  readableEnd = -1
  paused = false
  /** It is about to be given up: nothing more of it is fetched or given. */
  held = false
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
    return this.fetchOffset >= 0 && !this.paused && !this.held && !this.finished
  }

  /** A fetch would wait for new records. */
  get atEnd(): boolean {
    return this.readableEnd < 0 || this.fetchOffset >= this.readableEnd
  }

  /** What was fetched ahead no longer counts: the next fetch begins at `offset`; -1: not known yet. */
  moveTo(offset: number): void {
    this.epoch += 1
    this.position = offset
    this.handled = offset
    this.fetchOffset = offset
    this.retryAt = 0
  }
}

/** A key for maps: no two partitions share it. */
export function partitionKey({ topic, partition }: TopicPartition): string {
  return `${partition}/${topic}`
}
