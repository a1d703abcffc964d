import type { BatchInfo, LogId } from '../../core/storage-engine.ts'
import type { Statements } from './statements.ts'

/** Batches that one block speaks for: what a look-up by time reads at most beside the blocks. */
const BATCHES_PER_BLOCK = 256
const BLOCKS_AT_ONCE = 16

/**
 * Finds batches by timestamp. An index on timestamps would cost an insert per batch and could not answer "the first in offset order";
 * instead one row per 256 batches bounds their timestamps from above, and the look-up skips the blocks that are too old.
 *
 * The batches after the last block are the tail. How many they are is kept in memory, counted when the log is first appended to.
 */
export class TimeIndex {
  readonly #statements: Statements
  readonly #tails = new Map<LogId, { count: number; maxTimestamp: number }>()

  constructor(statements: Statements) {
    this.#statements = statements
  }

  /** To be called, in the transaction, after the batch was inserted; `start` is the log's. True when that ended a block. */
  appended(log: LogId, batch: Omit<BatchInfo, 'sizeBytes'>, start: number): boolean {
    const tail = this.#tails.get(log) ?? this.#countTail(log, start, batch.baseOffset)
    tail.count++
    tail.maxTimestamp = Math.max(tail.maxTimestamp, batch.maxTimestamp)
    if (tail.count < BATCHES_PER_BLOCK) return false
    this.#statements.addBlock.run(log, batch.lastOffset, tail.maxTimestamp)
    this.#tails.set(log, emptyTail())
    return true
  }

  /** To be called, in the transaction, after batches in `[from, to)` were replaced: `maxTimestamp` is the largest of the new ones. */
  replaced(log: LogId, from: number, to: number, maxTimestamp: number): void {
    this.#statements.raiseBlocks.run(maxTimestamp, log, from, log, to - 1)
    this.#tails.delete(log)
  }

  /** To be called, in the transaction, when all batches that end below `before` are to be forgotten. */
  trimmed(log: LogId, before: number): void {
    this.#statements.deleteBlocks.run(log, before)
    this.#tails.delete(log)
  }

  /** Forgets what it counted: after a transaction that was rolled back. */
  reset(): void {
    this.#tails.clear()
  }

  /** The first batch with `lastOffset` in `[from, until)` whose `maxTimestamp >= timestamp`. */
  first(log: LogId, timestamp: number, from: number, until: number): BatchInfo | undefined {
    let next = from
    for (;;) {
      const block = this.#statements.blockSince.get(log, next, timestamp)
      if (block === undefined) break
      const blockStart = this.#afterBlockBefore(log, block.lastOffset)
      const found = this.#statements.firstSince.get(log, Math.max(next, blockStart), block.lastOffset + 1, timestamp)
      if (found !== undefined) return found
      next = block.lastOffset + 1
    }
    const tailStart = this.#afterBlockBefore(log, until)
    return this.#statements.firstSince.get(log, Math.max(next, tailStart), until, timestamp)
  }

  /** The batch with `lastOffset` in `[from, until)` and the largest `maxTimestamp`, the earliest of equals. */
  youngest(log: LogId, from: number, until: number): BatchInfo | undefined {
    const inBlocks = this.#youngestInBlocks(log, from)
    const tailStart = Math.max(from, this.#afterBlockBefore(log, until))
    const inTail = this.#statements.youngest.get(log, tailStart, until)
    if (inBlocks === undefined || inTail === undefined) return inBlocks ?? inTail
    return inTail.maxTimestamp > inBlocks.maxTimestamp ? inTail : inBlocks
  }

  #youngestInBlocks(log: LogId, from: number): BatchInfo | undefined {
    let best: BatchInfo | undefined
    for (let skip = 0; ; skip += BLOCKS_AT_ONCE) {
      const blocks = this.#statements.blocksByAge.all(log, from, BLOCKS_AT_ONCE, skip)
      for (const block of blocks) {
        if (best !== undefined && isBetter(best, block)) return best
        const blockStart = Math.max(from, this.#afterBlockBefore(log, block.lastOffset))
        const found = this.#statements.youngest.get(log, blockStart, block.lastOffset + 1)
        if (found !== undefined && (best === undefined || !isBetter(best, found))) best = found
      }
      if (blocks.length < BLOCKS_AT_ONCE) return best
    }
  }

  #afterBlockBefore(log: LogId, offset: number): number {
    return (this.#statements.blockBefore.get(log, offset) ?? -1) + 1
  }

  #countTail(log: LogId, start: number, until: number): { count: number; maxTimestamp: number } {
    const tail = emptyTail()
    const from = Math.max(start, this.#afterBlockBefore(log, until))
    const { count, maxTimestamp } = this.#statements.countBetween.get(log, from, until)!
    if (maxTimestamp !== null) {
      tail.count = count
      tail.maxTimestamp = maxTimestamp
    }
    this.#tails.set(log, tail)
    return tail
  }
}

function emptyTail() {
  return { count: 0, maxTimestamp: Number.NEGATIVE_INFINITY }
}

/** True when `best` comes before `other` by timestamp, then offset. */
function isBetter(best: TimeAndOffset, other: TimeAndOffset): boolean {
  if (best.maxTimestamp !== other.maxTimestamp) return best.maxTimestamp > other.maxTimestamp
  return best.lastOffset < other.lastOffset
}

interface TimeAndOffset {
  readonly maxTimestamp: number
  readonly lastOffset: number
}
