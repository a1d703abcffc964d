import type { AssignedPartition } from './assigned-partition.ts'
import type { ClientChunk } from './client-chunk.ts'

/**
 * What was fetched ahead of the reader, in the order in which it came, and the bound on it. The chunk that the reader works on counts until it asks for the
 * next one.
 */
export class ChunkBuffer {
  readonly #maxBytes: number
  readonly #onPush: () => void
  #chunks: ClientChunk[] = []
  #reading: ClientChunk | undefined
  readonly #bytesByLeader = new Map<number, number>()

  constructor(maxBytes: number, onPush: () => void) {
    this.#maxBytes = maxBytes
    this.#onPush = onPush
  }

  get empty(): boolean {
    return this.#chunks.length === 0
  }

  push(chunk: ClientChunk): void {
    this.#chunks.push(chunk)
    this.#count(chunk, chunk.sizeBytes)
    this.#onPush()
  }

  /** The next chunk; the one before is done with. */
  take(): ClientChunk | undefined {
    this.release()
    this.#reading = this.#chunks.shift()
    return this.#reading
  }

  /** The reader is done with what it took. */
  release(): void {
    if (this.#reading !== undefined) this.#forget(this.#reading)
    this.#reading = undefined
  }

  /** What was fetched of this partition no longer counts. */
  drop(partition: AssignedPartition): void {
    for (const chunk of this.#chunks) {
      if (chunk.source === partition) this.#forget(chunk)
    }
    this.#chunks = this.#chunks.filter((chunk) => chunk.source !== partition)
  }

  /**
   * Bytes that may be fetched from a node now, of the buffer's share of each of `leaders` nodes. 0 while more than half of the share is taken: few large fetches
   * are better than many small ones.
   */
  roomFor(leader: number, leaders: number): number {
    const share = Math.max(1, Math.floor(this.#maxBytes / leaders))
    const used = this.#bytesByLeader.get(leader) ?? 0
    return used > share / 2 ? 0 : share - used
  }

  #forget(chunk: ClientChunk): void {
    this.#count(chunk, -chunk.sizeBytes)
    chunk.release()
  }

  #count({ leader }: ClientChunk, bytes: number): void {
    this.#bytesByLeader.set(leader, (this.#bytesByLeader.get(leader) ?? 0) + bytes)
  }
}
