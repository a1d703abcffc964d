import type { RafkaError } from '../../core/errors.ts'
import type { Codec } from '../../records/compression.ts'
import { clientError } from '../client-error.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { LeaderRefresh } from '../cluster/leader-refresh.ts'
import { gaveUp } from '../cluster/retrying.ts'
import { timedOut } from '../connection-errors.ts'
import { ending } from '../ending.ts'
import type { Transport } from '../transport.ts'
import { WakeTimer } from '../wake-timer.ts'
import type { IdentitySource } from './identity-source.ts'
import type { MemoryBudget } from './memory-budget.ts'
import { outcomeOf } from './outcome.ts'
import type { OutgoingBatch } from './outgoing-batch.ts'
import type { Outstanding } from './outstanding.ts'
import type { PartitionQueue } from './partition-queue.ts'
import { askProduce, type PartAnswer, produceError, unanswered } from './produce-answer.ts'
import { splitBatch } from './split-batch.ts'

/** How to send. */
export interface SenderRules {
  readonly acks: -1 | 0 | 1
  readonly deliveryTimeoutMs: number
  readonly requestTimeoutMs: number
  readonly maxRequestBytes: number
}

/** Requests on the way to one node at once, at most. Java's `max.in.flight.requests.per.connection`. */
const MAX_REQUESTS_PER_NODE = 5
/** Also when the delivery timeout is nearly over. */
const MIN_REQUEST_TIMEOUT_MS = 10

interface Part {
  readonly queue: PartitionQueue
  readonly batch: OutgoingBatch
  readonly topic: string
  readonly partition: number
  readonly bytes: Buffer
}

/** Brings complete batches to the leaders of their partitions, and tells those who wait what became of them. */
export class Sender {
  readonly #cluster: Cluster
  readonly #rules: SenderRules
  readonly #memory: MemoryBudget
  readonly #outstanding: Outstanding
  /** Queues with complete batches that are not settled. */
  readonly #active = new Set<PartitionQueue>()
  readonly #requests = new Map<number, number>()
  readonly #connecting = new Set<number>()
  readonly #closing = ending()
  readonly #leaders: LeaderRefresh
  readonly #identities: IdentitySource
  readonly #timer = new WakeTimer(() => this.#pump())
  #codec: Codec | undefined
  #codecReady: boolean
  #scheduled = false

  constructor(
    cluster: Cluster,
    rules: SenderRules,
    identities: IdentitySource,
    codec: Promise<Codec> | undefined,
    memory: MemoryBudget,
    outstanding: Outstanding,
  ) {
    this.#cluster = cluster
    this.#rules = rules
    this.#memory = memory
    this.#outstanding = outstanding
    this.#leaders = new LeaderRefresh(cluster, true, () => this.#schedule())
    this.#identities = identities
    this.#codecReady = codec === undefined
    codec?.then(
      (loaded) => {
        this.#codec = loaded
        this.#codecReady = true
        this.#schedule()
      },
      // Whoever sends is told by the producer, which has the same promise.
      () => {},
    )
  }

  /** Something is complete and not settled. */
  get busy(): boolean {
    for (const queue of this.#active) if (!queue.idle) return true
    return false
  }

  /** A queue has a complete batch. */
  wake(queue: PartitionQueue): void {
    this.#active.add(queue)
    this.#schedule()
  }

  /** Sends nothing any more: all that is not on the way fails. */
  close(error: RafkaError): void {
    this.#closing.abort()
    this.#leaders.close()
    this.#timer.cancel()
    for (const queue of this.#active) {
      for (const batch of queue.abandon()) this.#settleFailed(batch, error)
    }
  }

  /** A batch that was never complete, or never sent, is given up. */
  giveUp(queue: PartitionQueue, error: RafkaError): void {
    for (const batch of queue.abandon()) this.#settleFailed(batch, error)
  }

  #schedule(): void {
    if (this.#scheduled || this.#closing.signal.aborted) return
    this.#scheduled = true
    queueMicrotask(() => this.#pump())
  }

  #pump(): void {
    this.#scheduled = false
    if (this.#closing.signal.aborted) return
    this.#timer.cancel()
    const now = performance.now()
    const byLeader = new Map<number, PartitionQueue[]>()
    for (const queue of this.#active) {
      this.#expire(queue, now)
      if (queue.idle) {
        this.#active.delete(queue)
        continue
      }
      if (queue.retryAt > now) this.#timer.arm(queue.retryAt)
      this.#timer.arm(queue.oldestWaiting + this.#rules.deliveryTimeoutMs)
      this.#identify(queue)
      if (!this.#codecReady || queue.next(now) === undefined) continue
      const leader = this.#cluster.leaderOf(queue.topic, queue.partition)
      if (leader === undefined) this.#leaders.ask(queue.topic)
      else byLeader.get(leader)?.push(queue) ?? byLeader.set(leader, [queue])
    }
    for (const [leader, queues] of byLeader) this.#sendTo(leader, queues, now)
  }

  #expire(queue: PartitionQueue, now: number): void {
    const { deliveryTimeoutMs } = this.#rules
    if (queue.oldestWaiting > now - deliveryTimeoutMs) return
    for (const batch of queue.expire(now - deliveryTimeoutMs)) {
      const awaited = `the delivery of ${batch.count} records to ${queue.topic}-${queue.partition}`
      const last = batch.lastError
      const error = last === undefined ? timedOut(awaited, deliveryTimeoutMs) : gaveUp(awaited, deliveryTimeoutMs, last)
      this.#settleFailed(batch, error)
    }
  }

  #identify(queue: PartitionQueue): void {
    if (!queue.needsIdentity) return
    this.#identities.provide(queue)?.then(
      () => this.#schedule(),
      (error: unknown) => {
        if (queue.needsIdentity) this.giveUp(queue, clientError(error))
      },
    )
  }

  #sendTo(leader: number, queues: readonly PartitionQueue[], now: number): void {
    const transport = this.#cluster.main.open(leader)
    if (transport === undefined) {
      this.#connect(leader, queues)
      return
    }
    while ((this.#requests.get(leader) ?? 0) < MAX_REQUESTS_PER_NODE) {
      const parts = this.#take(queues, now)
      if (parts.length === 0) return
      void this.#send(leader, transport, parts, now)
    }
  }

  /** One batch of each queue, as many as fit in a request. */
  #take(queues: readonly PartitionQueue[], now: number): Part[] {
    const parts: Part[] = []
    let sizeBytes = 0
    for (const queue of queues) {
      const batch = queue.next(now)
      if (batch === undefined) continue
      if (parts.length > 0 && sizeBytes + batch.sizeBytes > this.#rules.maxRequestBytes) continue
      queue.began(batch)
      // What was served goes behind the others.
      this.#active.delete(queue)
      this.#active.add(queue)
      const part = this.#partOf(queue, batch)
      if (part === undefined) continue
      sizeBytes += part.bytes.length
      parts.push(part)
    }
    return parts
  }

  #partOf(queue: PartitionQueue, batch: OutgoingBatch): Part | undefined {
    try {
      return { queue, batch, topic: queue.topic, partition: queue.partition, bytes: batch.handOver(this.#codec) }
    } catch (error) {
      queue.failed(batch, true)
      this.#settleFailed(batch, clientError(error))
      return undefined
    }
  }

  async #send(leader: number, transport: Transport, parts: readonly Part[], now: number): Promise<void> {
    this.#requests.set(leader, (this.#requests.get(leader) ?? 0) + 1)
    try {
      const answerOf = await this.#ask(transport, parts, now)
      for (const part of parts) {
        const answer = answerOf(part)
        this.#settle(part, answer)
        if (answer.error === 'NONE' && transport.copiesBuffers === true) this.#reuse(part)
      }
    } catch (error) {
      const failure = clientError(error)
      for (const part of parts) this.#settle(part, { ...unanswered, error: failure.code }, failure)
    }
    this.#requests.set(leader, (this.#requests.get(leader) ?? 1) - 1)
    this.#schedule()
  }

  async #ask(transport: Transport, parts: readonly Part[], now: number): Promise<(part: Part) => PartAnswer> {
    const { acks, deliveryTimeoutMs, requestTimeoutMs } = this.#rules
    const oldest = parts.reduce((least, { batch }) => Math.min(least, batch.createdAt), now)
    const timeoutMs = Math.max(MIN_REQUEST_TIMEOUT_MS, Math.min(requestTimeoutMs, oldest + deliveryTimeoutMs - now))
    return askProduce(transport, parts, { acks, timeoutMs, ...this.#identities.produceOptions })
  }

  #settle(part: Part, answer: PartAnswer, failure?: RafkaError): void {
    const { queue, batch, topic, partition } = part
    const outcome = outcomeOf(answer.error, batch.count, !queue.isHead(batch) || !queue.hasIdentity)
    if (outcome.kind === 'acknowledged') {
      queue.acknowledged(batch)
      this.#settleAcknowledged(part, answer)
      return
    }
    if (outcome.kind === 'split') {
      void this.#split(part)
      return
    }
    const reason = failure ?? produceError(topic, partition, answer, batch.count)
    if (outcome.kind === 'again' && this.#rules.acks !== 0) {
      if (outcome.appended !== 'unchanged') batch.mayBeAppended = outcome.appended === 'may'
      queue.again(batch, reason, performance.now())
      this.#leaders.ask(topic)
      return
    }
    queue.failed(batch, outcome.kind === 'failed' && outcome.notAppended)
    this.#settleFailed(batch, reason)
  }

  async #split({ queue, batch }: Part): Promise<void> {
    try {
      queue.replaced(batch, await splitBatch(batch, this.#codec, this.#outstanding))
    } catch (error) {
      queue.failed(batch, true)
      this.#settleFailed(batch, clientError(error))
    }
    this.#schedule()
  }

  #settleAcknowledged({ batch, topic, partition }: Part, answer: PartAnswer): void {
    const base = answer.error === 'NONE' ? answer.baseOffset : -1
    const appendedAt = answer.logAppendTimeMs
    for (const recipient of batch.recipients) {
      recipient.acknowledged({ topic, partition, offset: base < 0 ? -1 : base + recipient.first, appendedAt })
    }
    this.#release(batch)
  }

  /** Who takes a batch has read all of it, so none of it waits in the socket any more. Without an answer nobody knows. */
  #reuse({ batch }: Part): void {
    const memory = this.#rules.acks === 0 ? undefined : batch.memory()
    if (memory !== undefined) this.#memory.pool.give(memory)
  }

  #settleFailed(batch: OutgoingBatch, error: RafkaError): void {
    this.#identities.batchFailed(error)
    for (const recipient of batch.recipients) recipient.failed(error)
    this.#release(batch)
  }

  #release(batch: OutgoingBatch): void {
    this.#outstanding.leave(batch.generation)
    this.#memory.give(batch.memoryBytes)
  }

  #connect(leader: number, queues: readonly PartitionQueue[]): void {
    if (this.#connecting.has(leader)) return
    this.#connecting.add(leader)
    const { signal } = this.#closing
    this.#cluster.main
      .connect(leader, this.#rules.requestTimeoutMs, signal)
      .catch((error: unknown) => {
        for (const queue of queues) {
          queue.note(clientError(error))
          this.#leaders.ask(queue.topic)
        }
      })
      .finally(() => {
        this.#connecting.delete(leader)
        this.#schedule()
      })
  }
}
