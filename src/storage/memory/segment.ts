import type { BatchInfo, StoredBatch } from '../../core/storage-engine.ts'

const MAX_SEGMENT_BYTES = 2 ** 20
const MAX_SEGMENT_BATCHES = 4096

/**
 * Some consecutive batches of a log in one piece of memory: a million small batches are not a million objects.
 * Batches are only ever added; what was added never changes.
 */
class Segment {
  readonly #bytes: Buffer
  readonly #baseOffsets: number[] = []
  readonly #lastOffsets: number[] = []
  readonly #maxTimestamps: number[] = []
  readonly #ends: number[] = []
  #youngest = Number.NEGATIVE_INFINITY

  /** @param capacityBytes room for batches, at most 1 MiB unless one batch is larger */
  constructor(capacityBytes: number) {
    // Not from Node's shared pool: a small buffer would keep all of its neighbours alive.
    this.#bytes = Buffer.allocUnsafeSlow(capacityBytes)
  }

  /** Batches in it. */
  get count(): number {
    return this.#ends.length
  }

  /** No batch in it is younger. */
  get youngest(): number {
    return this.#youngest
  }

  /** Copies a batch to the end; false when there is no room for it. */
  add(batch: StoredBatch): boolean {
    const start = this.sizeBefore(this.count)
    const end = start + batch.bytes.length
    if (end > this.#bytes.length || this.count >= MAX_SEGMENT_BATCHES) return false
    this.#bytes.set(batch.bytes, start)
    this.#baseOffsets.push(batch.baseOffset)
    this.#lastOffsets.push(batch.lastOffset)
    this.#maxTimestamps.push(batch.maxTimestamp)
    this.#ends.push(end)
    this.#youngest = Math.max(this.#youngest, batch.maxTimestamp)
    return true
  }

  /** Bytes of the batches before `index`. */
  sizeBefore(index: number): number {
    return index === 0 ? 0 : this.#ends[index - 1]!
  }

  lastOffset(index: number): number {
    return this.#lastOffsets[index]!
  }

  maxTimestamp(index: number): number {
    return this.#maxTimestamps[index]!
  }

  info(index: number): BatchInfo {
    return {
      baseOffset: this.#baseOffsets[index]!,
      lastOffset: this.#lastOffsets[index]!,
      maxTimestamp: this.#maxTimestamps[index]!,
      sizeBytes: this.#ends[index]! - this.sizeBefore(index),
    }
  }

  /** The batch, its bytes not copied. */
  batch(index: number): StoredBatch {
    return {
      baseOffset: this.#baseOffsets[index]!,
      lastOffset: this.#lastOffsets[index]!,
      maxTimestamp: this.#maxTimestamps[index]!,
      bytes: this.#bytes.subarray(this.sizeBefore(index), this.#ends[index]!),
    }
  }
}

/** The batches of a segment that belong to a log: `[from, to)` by index, never empty. */
export interface SegmentView {
  readonly segment: Segment
  readonly from: number
  readonly to: number
}

/** A new segment with `batch` in it and room in proportion to the log, so that many small logs take little. */
export function startSegment(batch: StoredBatch, logBytes: number): SegmentView {
  const segment = new Segment(Math.max(batch.bytes.length, Math.min(logBytes, MAX_SEGMENT_BYTES)))
  segment.add(batch)
  return { segment, from: 0, to: 1 }
}

/** Copies batches into segments that have no room to spare. */
export function packSegments(batches: readonly StoredBatch[]): SegmentView[] {
  const views: SegmentView[] = []
  let from = 0
  while (from < batches.length) {
    let to = from
    let bytes = 0
    while (to < batches.length && to - from < MAX_SEGMENT_BATCHES) {
      const next = bytes + batches[to]!.bytes.length
      if (to > from && next > MAX_SEGMENT_BYTES) break
      bytes = next
      to++
    }
    const segment = new Segment(bytes)
    for (const batch of batches.slice(from, to)) segment.add(batch)
    views.push({ segment, from: 0, to: to - from })
    from = to
  }
  return views
}

/** Bytes of the batches of a view. */
export function viewBytes(view: SegmentView): number {
  return view.segment.sizeBefore(view.to) - view.segment.sizeBefore(view.from)
}

/** Last offset of a view. */
export function viewEnd(view: SegmentView): number {
  return view.segment.lastOffset(view.to - 1)
}

/** Index of the first batch of a view with `lastOffset >= offset`; `view.to` when there is none. */
export function indexInView(view: SegmentView, offset: number): number {
  let low = view.from
  let high = view.to
  while (low < high) {
    const middle = (low + high) >>> 1
    if (view.segment.lastOffset(middle) < offset) low = middle + 1
    else high = middle
  }
  return low
}

/** The batches of a view, their bytes not copied. */
export function batchesOf(view: SegmentView): StoredBatch[] {
  const batches: StoredBatch[] = []
  for (let index = view.from; index < view.to; index++) batches.push(view.segment.batch(index))
  return batches
}
