/**
 * Which offsets of a group wait for the end of a transaction, in memory: they are neither read nor forgotten meanwhile.
 * What is to be committed, and that it outlives a restart, is the transaction's own affair.
 */
export class PendingOffsets {
  readonly #producers = new Map<number, Set<string>>()

  /** An open transaction of this producer has committed an offset of the partition. */
  hold(producerId: number, topicId: string, partition: number): void {
    const held = this.#producers.get(producerId) ?? new Set()
    this.#producers.set(producerId, held.add(`${topicId}/${partition}`))
  }

  /** The offset of the partition was taken out of the producer's transaction. */
  drop(producerId: number, topicId: string, partition: number): void {
    const held = this.#producers.get(producerId)
    held?.delete(`${topicId}/${partition}`)
    if (held?.size === 0) this.#producers.delete(producerId)
  }

  /** The transaction has ended, one way or the other. */
  release(producerId: number): void {
    this.#producers.delete(producerId)
  }

  /** Whether the open transaction of this producer has committed offsets. */
  heldBy(producerId: number): boolean {
    return this.#producers.has(producerId)
  }

  /** Whether some open transaction will change the partition's offset if it commits. */
  has(topicId: string, partition: number): boolean {
    const place = `${topicId}/${partition}`
    for (const held of this.#producers.values()) if (held.has(place)) return true
    return false
  }

  /** Whether some transaction is open. */
  get isEmpty(): boolean {
    return this.#producers.size === 0
  }
}
