import { isRafkaError, RafkaError } from '../../core/errors.ts'
import { SlabPool } from '../../core/slab-pool.ts'
import { fetch } from '../../protocol/apis/fetch.ts'
import { errorName, isRetriable } from '../../protocol/error-codes.ts'
import { readBatchHeader } from '../../records/header.ts'
import { openRecords } from '../../records/record-cursor.ts'
import { backoffMs, retryBackoff } from '../backoff.ts'
import { clientError } from '../client-error.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Lane } from '../cluster/lane.ts'
import { LeaderRefresh } from '../cluster/leader-refresh.ts'
import type { Isolation } from '../cluster/list-offsets.ts'
import { gaveUp, isWorthRetrying } from '../cluster/retrying.ts'
import { WakeTimer } from '../wake-timer.ts'
import type { AssignedPartition } from './assigned-partition.ts'
import type { ChunkBuffer } from './chunk-buffer.ts'
import { ChunkMemory } from './chunk-memory.ts'
import { ClientChunk } from './client-chunk.ts'
import { fetchRequest, maxFetchVersion, type PartitionAnswer, readFetchResponse } from './fetch-answer.ts'
import { Outage } from './outage.ts'
import { soundBatches } from './sound-batches.ts'
import { withoutAborted } from './without-aborted.ts'

/** How to fetch. */
export interface FetcherSettings {
  readonly maxWaitMs: number
  readonly minBytes: number
  readonly maxPartitionBytes: number
  readonly requestTimeoutMs: number
  readonly checkCrc: boolean
  /** Memory of chunks is used again when the reader has asked for the next. */
  readonly lendsChunks: boolean
  readonly isolation: Isolation
  readonly onOutage: (error: RafkaError | undefined) => void
}

/** What a fetcher tells its consumer. */
export interface FetcherListener {
  /** The log does not hold a partition's position. */
  outOfRange(partition: AssignedPartition): void
  /** The broker does not know the topic, or not under its id. */
  unknownTopic(partition: AssignedPartition): void
  failed(error: RafkaError): void
}

/** Longest time without an answer from any broker, in ms. */
const GIVE_UP_MS = 60_000

/** An answer that came sooner has not waited for records, in ms. */
const QUICK_ANSWER_MS = 5
/** Quick answers without records that are nothing to worry about. */
const MAX_IDLE_ANSWERS = 3

/** One fetch on its way. */
interface Flight {
  readonly leader: number
  /** With the epoch and the offset that each had when the fetch went out. */
  readonly partitions: ReadonlyMap<AssignedPartition, { readonly epoch: number; readonly offset: number }>
  /** It probably waits for new records. */
  readonly waits: boolean
  readonly abort: AbortController
  /** What its answer is read into, where that can be used again. */
  readonly memory: ChunkMemory | undefined
}

/**
 * Fetches from the leaders of partitions into a bounded buffer: one fetch per leader at a time, for all its partitions that are wanted, as long as there
 * is room. A partition that has records makes it return at once, so none waits for another's.
 */
export class Fetcher {
  readonly #cluster: Cluster
  readonly #lane: Lane
  readonly #settings: FetcherSettings
  readonly #buffer: ChunkBuffer
  readonly #listener: FetcherListener
  readonly #leaders: LeaderRefresh
  readonly #flights = new Map<number, Flight>()
  readonly #retry = new WakeTimer(() => this.kick())
  /** What was served last stands last, so that none starves when the answer has no room for all. */
  #partitions: AssignedPartition[] = []
  readonly #outage: Outage
  readonly #slabs: SlabPool | undefined
  /** Answers in a row that came at once and brought nothing. */
  #idleAnswers = 0
  #closed = false

  constructor(cluster: Cluster, settings: FetcherSettings, buffer: ChunkBuffer, listener: FetcherListener) {
    this.#cluster = cluster
    this.#lane = cluster.lane()
    this.#settings = settings
    this.#outage = new Outage(settings.onOutage)
    this.#slabs = settings.lendsChunks ? new SlabPool() : undefined
    this.#buffer = buffer
    this.#listener = listener
    this.#leaders = new LeaderRefresh(cluster, false, () => this.kick())
  }

  add(partitions: readonly AssignedPartition[]): void {
    this.#partitions.push(...partitions)
    this.interrupt(partitions)
  }

  remove(partitions: readonly AssignedPartition[]): void {
    this.#partitions = this.#partitions.filter((each) => !partitions.includes(each))
  }

  /** Something about these changed: a fetch that waits without them must not keep them waiting. */
  interrupt(partitions: readonly AssignedPartition[]): void {
    for (const flight of this.#flights.values()) {
      const without = partitions.some(
        (each) =>
          each.wanted && flight.partitions.get(each)?.epoch !== each.epoch && this.#leaderOf(each) === flight.leader,
      )
      if (without && flight.waits) this.#cut(flight)
    }
    this.kick()
  }

  /** Sends every fetch that can be sent now. */
  kick(): void {
    if (this.#closed) return
    const now = performance.now()
    const leaders = new Map<number, AssignedPartition[]>()
    for (const partition of this.#partitions) {
      if (!partition.wanted) continue
      if (partition.retryAt > now) {
        this.#retry.arm(partition.retryAt)
        continue
      }
      const leader = this.#leaderOf(partition)
      if (leader === undefined) this.#leaders.ask(partition.topic)
      else leaders.get(leader)?.push(partition) ?? leaders.set(leader, [partition])
    }
    for (const [leader, partitions] of leaders) {
      const maxBytes = this.#buffer.roomFor(leader, leaders.size)
      if (maxBytes > 0 && !this.#flights.has(leader)) void this.#fetch(leader, partitions, maxBytes)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#retry.cancel()
    this.#leaders.close()
    for (const { abort } of this.#flights.values()) abort.abort()
    await this.#cluster.releaseLane(this.#lane)
  }

  #leaderOf({ topic, partition }: AssignedPartition): number | undefined {
    return this.#cluster.leaderOf(topic, partition)
  }

  /** The connection goes with it: the broker would answer the next fetch only after this one. */
  #cut(flight: Flight): void {
    this.#flights.delete(flight.leader)
    flight.abort.abort()
    void this.#lane.hangUp(flight.leader)
  }

  async #fetch(leader: number, partitions: readonly AssignedPartition[], maxBytes: number): Promise<void> {
    const flight: Flight = {
      leader,
      partitions: new Map(partitions.map((each) => [each, { epoch: each.epoch, offset: each.fetchOffset }])),
      waits: partitions.every((each) => each.atEnd),
      abort: new AbortController(),
      memory: this.#slabs === undefined ? undefined : new ChunkMemory(this.#slabs),
    }
    this.#flights.set(leader, flight)
    const startedAt = performance.now()
    try {
      const chunks = await this.#receive(flight, await this.#ask(flight, maxBytes))
      flight.memory?.release()
      this.#outage.answered()
      this.#slowDown(flight, chunks, performance.now() - startedAt)
    } catch (error) {
      if (!this.#closed && !flight.abort.signal.aborted) this.#failed(flight, clientError(error))
    }
    if (this.#flights.get(leader) === flight) this.#flights.delete(leader)
    this.kick()
  }

  async #ask(flight: Flight, maxBytes: number): Promise<(partition: AssignedPartition) => PartitionAnswer | undefined> {
    const { maxWaitMs, minBytes, maxPartitionBytes, requestTimeoutMs, isolation } = this.#settings
    const partitions = [...flight.partitions.keys()]
    const body = fetchRequest(partitions, { maxWaitMs, minBytes, maxBytes, maxPartitionBytes, isolation })
    const response = await this.#lane.request(flight.leader, fetch, body, {
      timeoutMs: maxWaitMs + requestTimeoutMs,
      signal: flight.abort.signal,
      memory: flight.memory?.lent,
      maxVersion: maxFetchVersion(partitions),
    })
    const error = errorName(response.errorCode)
    if (error !== 'NONE') throw new RafkaError(error, `the broker refused to be read from: ${error}`)
    return readFetchResponse(response)
  }

  /** A broker that answers at once with nothing, though it was told to wait, must not be asked in a loop. */
  #slowDown(flight: Flight, chunks: number, elapsedMs: number): void {
    this.#idleAnswers = chunks > 0 || elapsedMs >= QUICK_ANSWER_MS ? 0 : this.#idleAnswers + 1
    if (this.#idleAnswers <= MAX_IDLE_ANSWERS) return
    const retryAt = performance.now() + backoffMs(retryBackoff, this.#idleAnswers - MAX_IDLE_ANSWERS)
    for (const partition of flight.partitions.keys()) partition.retryAt = Math.max(partition.retryAt, retryAt)
  }

  /** @returns how many chunks came */
  async #receive(
    flight: Flight,
    answerOf: (partition: AssignedPartition) => PartitionAnswer | undefined,
  ): Promise<number> {
    let chunks = 0
    const counts = (partition: AssignedPartition) => {
      const { epoch, offset } = flight.partitions.get(partition) ?? {}
      return !flight.abort.signal.aborted && partition.epoch === epoch && partition.fetchOffset === offset
    }
    for (const partition of flight.partitions.keys()) {
      if (!counts(partition)) continue
      const answer = answerOf(partition)
      if (answer === undefined) {
        this.#putOff(partition)
        continue
      }
      const error = errorName(answer.errorCode)
      if (error !== 'NONE') {
        this.#partitionFailed(partition, error)
        continue
      }
      partition.failures = 0
      partition.readableEnd = this.#readableEnd(answer)
      const chunk = await this.#chunkOf(partition, flight, answer)
      // A seek may have come while a codec was loaded, or the end of this fetch.
      if (chunk === undefined || !counts(partition)) continue
      flight.memory?.hold()
      partition.fetchOffset = chunk.nextOffset
      this.#servedLast(partition)
      this.#buffer.push(chunk)
      chunks += 1
    }
    return chunks
  }

  async #chunkOf(
    partition: AssignedPartition,
    { leader, memory }: Flight,
    answer: PartitionAnswer,
  ): Promise<ClientChunk | undefined> {
    const { fetchOffset, end } = partition
    const batches = soundBatches(partition, answer.records ?? [], this.#settings.checkCrc)
    const last = batches.at(-1)
    if (last === undefined) return undefined
    const bounds = end === undefined ? {} : { beforeOffset: end }
    const committed = this.#readsCommitted ? withoutAborted(batches, answer.abortedTransactions ?? []) : batches
    const opened = await openRecords(committed, { fromOffset: fetchOffset, ...bounds })
    const nextOffset = Math.min(readBatchHeader(last).lastOffset + 1, end ?? Number.POSITIVE_INFINITY)
    const sizeBytes = batches.reduce((sum, batch) => sum + batch.length, 0)
    return new ClientChunk(partition, leader, opened, nextOffset, sizeBytes, answer, memory)
  }

  get #readsCommitted(): boolean {
    return this.#settings.isolation === 'read_committed'
  }

  /** Where a fetch waits for new records. A broker that does not tell the last stable offset has no transactions. */
  #readableEnd({ highWatermark, lastStableOffset }: PartitionAnswer): number {
    return this.#readsCommitted && lastStableOffset >= 0 ? lastStableOffset : highWatermark
  }

  #servedLast(partition: AssignedPartition): void {
    if (this.#partitions.length < 2) return
    this.#partitions.splice(this.#partitions.indexOf(partition), 1)
    this.#partitions.push(partition)
  }

  #partitionFailed(partition: AssignedPartition, error: Exclude<ReturnType<typeof errorName>, 'NONE'>): void {
    const { topic } = partition
    this.#putOff(partition)
    if (error === 'OFFSET_OUT_OF_RANGE') this.#listener.outOfRange(partition)
    else if (unknownTopicErrors.has(error)) this.#listener.unknownTopic(partition)
    else if (isRetriable(error) && error !== 'CORRUPT_MESSAGE') this.#leaders.ask(topic)
    else {
      const { partition: index, fetchOffset } = partition
      const message = `the broker answered ${error} for ${topic}-${index} at offset ${fetchOffset}`
      this.#listener.failed(new RafkaError(error, message, { details: { topic, partition: index } }))
    }
  }

  /** No answer at all: the leader may be gone, so who leads is asked anew before the next attempt. */
  #failed(flight: Flight, error: RafkaError): void {
    const silentMs = this.#outage.failed(error)
    if (!isWorthRetrying(error) || isRafkaError(error, 'CORRUPT_MESSAGE')) {
      this.#listener.failed(error)
    } else if (silentMs > GIVE_UP_MS + this.#settings.maxWaitMs) {
      this.#listener.failed(gaveUp('an answer from the broker', silentMs, error))
    } else {
      for (const partition of flight.partitions.keys()) {
        this.#putOff(partition)
        this.#leaders.ask(partition.topic)
      }
    }
  }

  #putOff(partition: AssignedPartition): void {
    partition.failures += 1
    partition.retryAt = performance.now() + backoffMs(retryBackoff, partition.failures)
  }
}

const unknownTopicErrors: ReadonlySet<string> = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'UNKNOWN_TOPIC_ID',
  'INCONSISTENT_TOPIC_ID',
])
