import type { TopicPartition } from '../../core/consumer.ts'
import { type ErrorName, RafkaError } from '../../core/errors.ts'
import type { Coordinator } from '../cluster/coordinator.ts'
import { isWorthRetrying, retrying } from '../cluster/retrying.ts'
import { type AssignedPartition, partitionKey } from '../consumer/assigned-partition.ts'
import type { Assignment } from '../consumer/assignment.ts'
import { type Committer, commitOffsets, type OffsetCallBounds, type OffsetToCommit } from './group-offsets.ts'
import type { GroupSettings } from './group-settings.ts'
import { Heartbeats } from './heartbeats.ts'

/** While these are the answer the member is about to learn of a new generation or epoch. */
const unsettled: ReadonlySet<string> = new Set(['REBALANCE_IN_PROGRESS', 'STALE_MEMBER_EPOCH'])

/** Commits for a member of a group, one commit after the other, so that none overtakes a later one. */
export class OffsetCommitter {
  readonly #coordinator: Coordinator
  readonly #settings: GroupSettings
  readonly #assignment: Assignment
  readonly #identity: () => Committer
  readonly #timer: Heartbeats
  #last: Promise<unknown> = Promise.resolve()

  constructor(coordinator: Coordinator, settings: GroupSettings, assignment: Assignment, identity: () => Committer) {
    this.#coordinator = coordinator
    this.#settings = settings
    this.#assignment = assignment
    this.#identity = identity
    this.#timer = new Heartbeats(
      (signal) => this.commitHandled(undefined, { signal }),
      () => {},
    )
  }

  /** Begins to commit by itself, unless that was declined. */
  start(): void {
    const { autoCommitIntervalMs } = this.#settings
    if (autoCommitIntervalMs > 0) this.#timer.start(autoCommitIntervalMs)
  }

  stop(): void {
    this.#timer.stop()
  }

  /**
   * Commits what the loop is done with, of these partitions or of all, unless that was declined. Never throws: what was not committed is committed the next time,
   * and what is not this member's any more is not its to commit.
   */
  async commitHandled(partitions?: readonly AssignedPartition[], bounds: OffsetCallBounds = {}): Promise<void> {
    if (this.#settings.autoCommitIntervalMs === 0) return
    await this.#inTurn(async () => {
      const ready = (partitions ?? this.#assignment.among()).filter(
        ({ handled, committed }) => handled >= 0 && handled !== committed,
      )
      if (ready.length === 0) return
      const offsets = ready.map((each) => ({ topic: each.topic, partition: each.partition, offset: each.handled }))
      const errors = await commitOffsets(this.#coordinator, this.#identity(), offsets, bounds)
      offsets.forEach((each, index) => {
        const partition = ready[index]
        if (partition !== undefined && errors.get(partitionKey(each)) === 'NONE') partition.committed = each.offset
      })
    }).catch(() => {})
  }

  /** @throws RafkaError for the first partition whose offset was not committed */
  commit(offsets: readonly OffsetToCommit[]): Promise<void> {
    return this.#inTurn(() => {
      const { requestTimeoutMs } = this.#settings
      const bounds = { awaited: 'a commit of offsets', timeoutMs: requestTimeoutMs }
      // While a rebalance goes on nothing can be committed; when it is over, what is still this member's can.
      const goOn = (error: RafkaError) => unsettled.has(error.code) || isWorthRetrying(error)
      return retrying(bounds, (timeoutMs) => this.#commitOnce(offsets, timeoutMs), goOn)
    })
  }

  async #commitOnce(offsets: readonly OffsetToCommit[], timeoutMs: number): Promise<void> {
    if (offsets.length === 0) return
    const foreign = offsets.find((each) => !this.#assignment.has(each))
    if (foreign !== undefined) throw this.#refused(foreign, 'ILLEGAL_GENERATION', 'it is not assigned to this consumer')
    const errors = await commitOffsets(this.#coordinator, this.#identity(), offsets, { timeoutMs })
    for (const each of offsets) {
      const error = errors.get(partitionKey(each)) ?? 'UNKNOWN_SERVER_ERROR'
      if (error !== 'NONE') throw this.#refused(each, error, `the broker answered ${error}`)
      for (const partition of this.#assignment.among([each])) {
        partition.committed = each.offset
        // Whoever commits by hand says how far the work is done: the next commit by itself must not go back.
        partition.handled = each.offset
      }
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => {})
    return turn
  }

  #refused({ topic, partition }: TopicPartition, code: ErrorName, reason: string): RafkaError {
    const { group } = this.#settings
    const message = `the offset of ${topic}-${partition} was not committed for group "${group}": ${reason}`
    return new RafkaError(code, message, { details: { group, topic, partition } })
  }
}
