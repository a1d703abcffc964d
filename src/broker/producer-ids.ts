import type { StorageEngine } from '../core/storage-engine.ts'
import { entryKeys, putEntry, readEntry } from './entries.ts'

/** Ids reserved by one commit: the rest of a block is lost at a restart, never given twice (`ProducerIdManager`). */
const BLOCK = 1000

/** Hands out producer ids that were never handed out before, also across restarts. */
export class ProducerIds {
  readonly #storage: StorageEngine
  #next = 0
  #reserved = 0
  #turn: Promise<unknown> = Promise.resolve()

  constructor(storage: StorageEngine) {
    this.#storage = storage
  }

  async load(): Promise<void> {
    this.#next = (await readEntry<number>(this.#storage, entryKeys.nextProducerId)) ?? 0
    this.#reserved = this.#next
  }

  /** A fresh producer id. */
  next(): Promise<number> {
    const result = this.#turn.then(async () => {
      if (this.#next >= this.#reserved) {
        const reserved = this.#next + BLOCK
        await this.#storage.commit([putEntry(entryKeys.nextProducerId, reserved)])
        this.#reserved = reserved
      }
      return this.#next++
    })
    this.#turn = result.catch(() => {})
    return result
  }
}
