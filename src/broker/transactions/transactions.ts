import type { StorageEngine } from '../../core/storage-engine.ts'
import { entryKeys, parseEntry } from '../entries.ts'
import { notItsProducer, Transaction } from './transaction.ts'
import { readTransaction, type StoredTransaction } from './transaction-state.ts'

/** Every transactional id that is remembered: this node coordinates them all (`TransactionStateManager`). */
export class Transactions {
  readonly #storage: StorageEngine
  readonly #byId = new Map<string, Transaction>()

  constructor(storage: StorageEngine) {
    this.#storage = storage
  }

  async load(): Promise<void> {
    for (const [key, value] of await this.#storage.entries(entryKeys.transactions)) {
      const id = key.slice(entryKeys.transactions.length)
      this.#byId.set(id, new Transaction(id, readTransaction(parseEntry<StoredTransaction>(key, value))))
    }
  }

  get(id: string): Transaction | undefined {
    return this.#byId.get(id)
  }

  /** The one with this id, made when there is none. */
  obtain(id: string): Transaction {
    const known = this.#byId.get(id)
    if (known !== undefined) return known
    const made = new Transaction(id)
    this.#byId.set(id, made)
    return made
  }

  /**
   * The one with this id, for its producer, when nothing is under way with it.
   * @throws RafkaError `INVALID_PRODUCER_ID_MAPPING`, `PRODUCER_FENCED`, `CONCURRENT_TRANSACTIONS`
   */
  find(id: string, producerId: number, producerEpoch: number): Transaction {
    const transaction = this.#byId.get(id)
    if (transaction === undefined) throw notItsProducer(id, producerId)
    transaction.assertProducer(producerId, producerEpoch)
    transaction.assertIdle()
    return transaction
  }

  /** Those that a producer has used, in no order. */
  all(): Transaction[] {
    return [...this.#byId.values()].filter(({ stored }) => stored)
  }

  forget(id: string): void {
    this.#byId.delete(id)
  }
}
