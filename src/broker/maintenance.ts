import type { Timer } from '../core/clock.ts'
import type { BrokerState } from './broker-state.ts'
import { expireOffsets } from './groups/offsets/expire-offsets.ts'
import { type CompactionResult, compactLog } from './logs/compaction.ts'
import type { PartitionLog } from './logs/partition-log.ts'
import { applyRetention } from './logs/retention.ts'
import type { Topic } from './topics/topic.ts'

const PRODUCER_EXPIRY_INTERVAL_MS = 600_000

/** What compaction did to one partition. */
export interface CompactedPartition extends CompactionResult {
  readonly topic: string
  readonly partition: number
}

/** What runs beside the requests: retention, compaction, expiry of producers and of committed offsets. One round of each at a time. */
export class Maintenance {
  readonly #state: BrokerState
  readonly #timers = new Map<string, Timer>()
  #running: Promise<unknown> = Promise.resolve()

  constructor(state: BrokerState) {
    this.#state = state
  }

  start(): void {
    const { configs } = this.#state
    this.#every(
      'retention',
      () => configs.number('log.retention.check.interval.ms'),
      () => this.retain(),
    )
    this.#every(
      'expiry',
      () => PRODUCER_EXPIRY_INTERVAL_MS,
      () => this.expireProducers(),
    )
    this.#every(
      'offset-expiry',
      () => configs.number('offsets.retention.check.interval.ms'),
      () => expireOffsets(this.#state.groups, this.#state),
    )
    if (configs.flag('log.cleaner.enable')) {
      this.#every(
        'compaction',
        () => configs.number('log.cleaner.backoff.ms'),
        () => this.compactDirty(),
      )
    }
  }

  /** Ends the timers and waits for the round that is under way. */
  async stop(): Promise<void> {
    for (const timer of this.#timers.values()) timer.cancel()
    this.#timers.clear()
    await this.#running.catch(() => {})
  }

  /** Deletes what is too old or too much, everywhere. */
  async retain(): Promise<void> {
    const { topics, clock, storage } = this.#state
    let freed = 0
    for (const [topic, log] of partitions(topics.all())) {
      await this.#attempt('retention', log, async () => {
        freed += await applyRetention(log, topic.settings, clock.now())
      })
    }
    if (freed > 0) await storage.reclaim()
  }

  /** Compacts the logs that are due. */
  async compactDirty(): Promise<void> {
    const { topics, storage } = this.#state
    let freed = 0
    for (const [topic, log] of partitions(topics.all())) {
      if (!topic.settings.compact || this.#state.closing.aborted) continue
      await this.#attempt('compaction', log, async () => {
        const result = await compactLog(this.#state, log, topic.settings, { force: false })
        freed += result.bytesBefore - result.bytesAfter
      })
    }
    if (freed > 0) await storage.reclaim()
  }

  /** Compacts these topics now, as far as may be compacted at all; or only tells what would become of them. */
  compact(names: readonly string[], dryRun: boolean): Promise<CompactedPartition[]> {
    return this.#exclusively(async () => {
      const results: CompactedPartition[] = []
      const chosen = this.#state.topics.all().filter(({ name }) => names.includes(name))
      for (const [topic, log] of partitions(chosen)) {
        const result = await compactLog(this.#state, log, topic.settings, { force: true, dryRun })
        results.push({ topic: topic.name, partition: log.partition, ...result })
      }
      await this.#state.storage.reclaim()
      return results
    })
  }

  /** Forgets producers that have been idle for too long. */
  async expireProducers(): Promise<void> {
    const { topics, clock, configs } = this.#state
    const olderThanMs = clock.now() - configs.number('producer.id.expiration.ms')
    for (const [, log] of partitions(topics.all())) {
      const changes = log.producers.size === 0 ? [] : log.producers.expire(olderThanMs)
      if (changes.length > 0) await this.#attempt('expiry', log, () => log.note(changes))
    }
  }

  /** What goes wrong with one log is told and does not keep the others from their turn. */
  async #attempt(name: string, log: PartitionLog, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (log.deleted || this.#state.closing.aborted) return
      const why = error instanceof Error ? error.message : String(error)
      this.#state.logger('error', `${name} of ${log.topic}/${log.partition} failed: ${why}`)
    }
  }

  #every(name: string, intervalMs: () => number, work: () => Promise<void>): void {
    const { clock, logger, closing } = this.#state
    const round = () => {
      void this.#exclusively(work)
        .catch((error) => logger('error', `${name} failed: ${error instanceof Error ? error.message : String(error)}`))
        .finally(() => {
          if (!closing.aborted) arm()
        })
    }
    // The lower bound keeps a broker that was configured with 0 from spinning.
    const arm = () => this.#timers.set(name, clock.after(Math.max(intervalMs(), 100), round))
    arm()
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#running.then(work)
    this.#running = result.catch(() => {})
    return result
  }
}

function* partitions(topics: readonly Topic[]): Generator<[Topic, PartitionLog]> {
  for (const topic of topics) for (const log of topic.logs) yield [topic, log]
}
