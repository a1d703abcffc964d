import type { RequestOf } from '../../protocol/api.ts'
import type { fetch } from '../../protocol/apis/fetch.ts'
import { isDiverging, type PartitionAnswer } from './read-partitions.ts'
import { FIRST_VERSION_WITH_IDS, partitionKey, type WantedPartition, wantedPartitions } from './wanted-partition.ts'

const MAX_EPOCH = 2 ** 31 - 1

/** A partition of a session, and what the client was last told of it; -1: nothing. */
interface SessionPartition {
  readonly wanted: WantedPartition
  highWatermark: number
  logStart: number
}

/**
 * What a client fetches, remembered between its requests, so that these name only what changed and answers hold only what is new
 * (KIP-227, `FetchSession`).
 */
export class FetchSession {
  readonly id: number
  readonly byId: boolean
  readonly createdMs: number
  /** When its last request came. */
  usedMs: number
  readonly #partitions = new Map<string, SessionPartition>()
  #epoch = 1

  constructor(id: number, version: number, nowMs: number) {
    this.id = id
    this.byId = version >= FIRST_VERSION_WITH_IDS
    this.createdMs = nowMs
    this.usedMs = nowMs
  }

  static epochAfter(epoch: number): number {
    return epoch === MAX_EPOCH ? 1 : epoch + 1
  }

  /** The epoch that the next request must have. */
  get epoch(): number {
    return this.#epoch
  }

  get size(): number {
    return this.#partitions.size
  }

  /** In the order in which they are to be read: those that gave records last come last, so that each gets its turn. */
  get wanted(): WantedPartition[] {
    return [...this.#partitions.values()].map(({ wanted }) => wanted)
  }

  /** Takes over what an incremental request says: what is fetched from now on, and what no more. */
  update(request: RequestOf<typeof fetch>, version: number): void {
    this.#epoch = FetchSession.epochAfter(this.#epoch)
    for (const { topic, topicId, partitions } of request.forgottenTopicsData) {
      for (const partition of partitions)
        this.#partitions.delete(partitionKey(this.byId ? '' : topic, topicId, partition))
    }
    this.add(wantedPartitions(request, version))
  }

  /** One that it has already keeps its place, and what the client knows of it. */
  add(wanted: ReadonlyMap<string, WantedPartition>): void {
    for (const [key, one] of wanted) {
      const { highWatermark, logStart } = this.#partitions.get(key) ?? { highWatermark: -1, logStart: -1 }
      this.#partitions.set(key, { wanted: one, highWatermark, logStart })
    }
  }

  /** Notes what the client is being told of a partition. @returns whether there is anything new in it */
  isNews({ topic, topicId, partition }: WantedPartition, answer: PartitionAnswer): boolean {
    const key = partitionKey(topic, topicId, partition.partition)
    const known = this.#partitions.get(key)
    if (known === undefined) return true
    const hasRecords = (answer.records?.length ?? 0) > 0
    const changed = known.highWatermark !== answer.highWatermark || known.logStart !== answer.logStartOffset
    known.logStart = answer.logStartOffset
    // After an error the watermark counts as not told, so that the recovery is told.
    known.highWatermark = answer.errorCode === 0 ? answer.highWatermark : -1
    if (hasRecords) {
      this.#partitions.delete(key)
      this.#partitions.set(key, known)
    }
    return hasRecords || changed || answer.errorCode !== 0 || isDiverging(answer)
  }
}
