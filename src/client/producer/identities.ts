import { RafkaError } from '../../core/errors.ts'
import { initProducerId } from '../../protocol/apis/init-producer-id.ts'
import { errorName } from '../../protocol/error-codes.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { defaultRequestTimeoutMs } from '../transport.ts'
import type { IdentitySource, ProduceOptions } from './identity-source.ts'
import type { PartitionQueue, ProducerIdentity } from './partition-queue.ts'

/** Of a transaction that never is: the field has to be sent. */
const TRANSACTION_TIMEOUT_MS = 60_000

/** Gives queues their producer ids. All share one until a queue has used it up; that queue gets a new one. */
export class Identities implements IdentitySource {
  readonly produceOptions: ProduceOptions = { transactionalId: null }
  readonly #cluster: Cluster
  readonly #timeoutMs: number
  #current: ProducerIdentity | undefined
  /** Queues that use, or have used up, `#current`. */
  #users = new WeakSet<PartitionQueue>()
  #asking: Promise<void> | undefined

  constructor(cluster: Cluster, timeoutMs: number) {
    this.#cluster = cluster
    this.#timeoutMs = timeoutMs
  }

  /** Part of `IdentitySource`. */
  provide(queue: PartitionQueue): Promise<void> | undefined {
    if (this.#current !== undefined && !this.#users.has(queue)) {
      this.#users.add(queue)
      queue.adopt(this.#current)
      return undefined
    }
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined
    })
    return this.#asking
  }

  /** Part of `IdentitySource`: the queue of the batch asks for another id by itself. */
  batchFailed(): void {}

  /** Asks the cluster for a producer id that nobody has (KIP-98), and again while that may help. */
  async #ask(): Promise<void> {
    const body = initProducerId.request.create({ transactionalId: null, transactionTimeoutMs: TRANSACTION_TIMEOUT_MS })
    const awaited = 'a producer id, which idempotent sending needs'
    this.#current = await this.#cluster.retry({ awaited, timeoutMs: this.#timeoutMs }, async (remainingMs) => {
      const timeoutMs = Math.min(remainingMs, defaultRequestTimeoutMs)
      const response = await this.#cluster.main.request('any', initProducerId, body, { timeoutMs })
      const error = errorName(response.errorCode)
      if (error !== 'NONE') throw new RafkaError(error, `the broker gave no producer id: ${error}`)
      return { producerId: response.producerId, producerEpoch: response.producerEpoch }
    })
    this.#users = new WeakSet()
  }
}
