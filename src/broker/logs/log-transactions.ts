import type { Change, LogId } from '../../core/storage-engine.ts'
import { entryKeys, parseEntry, putEntry } from '../entries.ts'

/** A transaction that was aborted, as one log has it (`AbortedTxn`). */
export interface AbortedTransaction {
  readonly producerId: number
  /** Offset of its first record. */
  readonly firstOffset: number
  /** Offset of the marker that ended it. */
  readonly lastOffset: number
  /** What the last stable offset became by its end: whatever was aborted later began there or behind. */
  readonly stableOffset: number
}

type StoredAborted = Omit<AbortedTransaction, 'lastOffset'>

/** The end of a transaction in a log, while the marker is on its way to the disk. */
export interface EndedTransaction {
  readonly firstOffset: number
  /** undefined: it was committed. */
  readonly aborted: AbortedTransaction | undefined
}

/**
 * The transactions of one log: where those that are open began, which hold back the last stable offset, and which were aborted
 * (`ProducerStateManager`, `TransactionIndex`). Grows by some 100 bytes with each aborted one; shrinks when the log's start passes its marker.
 */
export class LogTransactions {
  readonly #log: LogId
  /** Producer by the offset of the first record, which rises: so does the order of the entries. */
  readonly #open = new Map<number, number>()
  /** By rising `lastOffset`. */
  #aborted: AbortedTransaction[] = []

  constructor(log: LogId) {
    this.#log = log
  }

  /** Offset of the first record that belongs to an open transaction; undefined: none is open. */
  get firstUnstable(): number | undefined {
    for (const firstOffset of this.#open.keys()) return firstOffset
    return undefined
  }

  /** Puts back what was stored: open transactions by their first offset, and the entries of the aborted ones. */
  restore(
    open: Iterable<readonly [firstOffset: number, producerId: number]>,
    aborted: ReadonlyArray<readonly [key: string, value: Uint8Array]>,
  ): void {
    this.#open.clear()
    for (const [firstOffset, producerId] of [...open].sort(([a], [b]) => a - b)) this.#open.set(firstOffset, producerId)
    this.#aborted = aborted
      .map(([key, value]) => ({
        ...parseEntry<StoredAborted>(key, value),
        lastOffset: Number(key.slice(key.lastIndexOf('/') + 1)),
      }))
      .sort((a, b) => a.lastOffset - b.lastOffset)
  }

  open(firstOffset: number, producerId: number): void {
    this.#open.set(firstOffset, producerId)
  }

  /** The end of a transaction whose marker gets the offset `lastOffset`, and what makes it durable. */
  end(firstOffset: number, lastOffset: number, type: 'commit' | 'abort'): { ended: EndedTransaction; change?: Change } {
    const producerId = this.#open.get(firstOffset)!
    if (type === 'commit') return { ended: { firstOffset, aborted: undefined } }
    const stableOffset = [...this.#open.keys()].find((offset) => offset !== firstOffset) ?? lastOffset + 1
    const stored: StoredAborted = { producerId, firstOffset, stableOffset }
    const change = putEntry(entryKeys.abortedAt(this.#log, lastOffset), stored)
    return { ended: { firstOffset, aborted: { ...stored, lastOffset } }, change }
  }

  /** The marker is durable. */
  ended({ firstOffset, aborted }: EndedTransaction): void {
    this.#open.delete(firstOffset)
    if (aborted !== undefined) this.#aborted.push(aborted)
  }

  /** Those aborted that have something in `[from, to)`, in the order of their ends. */
  abortedBetween(from: number, to: number): AbortedTransaction[] {
    const found: AbortedTransaction[] = []
    for (let index = this.#firstEndingAt(from); index < this.#aborted.length; index++) {
      const aborted = this.#aborted[index]!
      if (aborted.firstOffset < to) found.push(aborted)
      if (aborted.stableOffset >= to) break
    }
    return found
  }

  /** The changes that forget what ended below `offset`; `forget` does so in memory. */
  forgetting(offset: number): Change[] {
    return this.#aborted.slice(0, this.#firstEndingAt(offset)).map(({ lastOffset }) => this.#removal(lastOffset))
  }

  forget(offset: number): void {
    this.#aborted.splice(0, this.#firstEndingAt(offset))
  }

  /** The change that forgets the one whose marker stood at `lastOffset`, if it was an aborted one; `forgetOne` does so in memory. */
  forgettingOne(lastOffset: number): Change[] {
    return this.#aborted[this.#firstEndingAt(lastOffset)]?.lastOffset === lastOffset ? [this.#removal(lastOffset)] : []
  }

  forgetOne(lastOffset: number): void {
    const index = this.#firstEndingAt(lastOffset)
    if (this.#aborted[index]?.lastOffset === lastOffset) this.#aborted.splice(index, 1)
  }

  /** The changes that remove all of it from the store. */
  removals(): Change[] {
    return this.forgetting(Number.POSITIVE_INFINITY)
  }

  #removal(lastOffset: number): Change {
    return { remove: entryKeys.abortedAt(this.#log, lastOffset) }
  }

  /** Index of the first whose marker stands at `offset` or behind. */
  #firstEndingAt(offset: number): number {
    let low = 0
    let high = this.#aborted.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#aborted[middle]!.lastOffset < offset) low = middle + 1
      else high = middle
    }
    return low
  }
}
