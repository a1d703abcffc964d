import type { BatchInfo, LogId, StoredBatch } from '../../core/storage-engine.ts'
import { checkAppend, checkOffset, checkReplace, type Extent, spanRefusal } from '../change-rules.ts'
import { batchesOf, indexInView, packSegments, type SegmentView, startSegment, viewBytes, viewEnd } from './segment.ts'

/** Where a batch is in a log. */
interface Place {
  readonly view: number
  readonly index: number
}

/**
 * The batches of one log in memory. A commit works on a `copy`, which shares the batches; the original stays what readers see
 * until the commit is durable.
 */
export class MemoryLog implements Extent {
  readonly log: LogId
  #start: number
  #end: number
  #sizeBytes = 0
  #batchCount = 0
  #views: SegmentView[] = []

  constructor(log: LogId, start = 0, end = 0) {
    this.log = log
    this.#start = start
    this.#end = end
  }

  get start(): number {
    return this.#start
  }

  get end(): number {
    return this.#end
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  get batchCount(): number {
    return this.#batchCount
  }

  /** A log that may be changed without changing this one. */
  copy(): MemoryLog {
    const copy = new MemoryLog(this.log, this.#start, this.#end)
    copy.#sizeBytes = this.#sizeBytes
    copy.#batchCount = this.#batchCount
    copy.#views = this.#views.slice()
    return copy
  }

  /** @throws RafkaError `KAFKA_STORAGE_ERROR` unless the batch starts at the end */
  append(batch: StoredBatch): void {
    checkAppend(this.log, this.#end, batch)
    this.#end = batch.lastOffset + 1
    this.restore(batch)
  }

  /** Adds a batch that is known to follow the others: from a snapshot, with gaps where compaction left them. */
  restore(batch: StoredBatch): void {
    const last = this.#views.at(-1)
    // A view that ends before its segment does belongs to a log of which somebody else has the rest.
    if (last !== undefined && last.to === last.segment.count && last.segment.add(batch)) {
      this.#views[this.#views.length - 1] = { ...last, to: last.to + 1 }
    } else {
      this.#views.push(startSegment(batch, this.#sizeBytes))
    }
    this.#sizeBytes += batch.bytes.length
    this.#batchCount++
  }

  /** Moves the end past a batch that is not kept, so that its offsets are not given again: in a repair. */
  leaveOut(lastOffset: number): void {
    this.#end = Math.max(this.#end, lastOffset + 1)
  }

  trim(before: number): void {
    checkOffset(this.log, before)
    this.#start = Math.max(this.#start, Math.min(before, this.#end))
    const { view, index } = this.#find(this.#start)
    const partial = this.#views[view]
    const kept = this.#views.slice(partial !== undefined && index > partial.from ? view + 1 : view)
    const head = partial !== undefined && index > partial.from ? shrunk({ ...partial, from: index }) : []
    this.#setViews([...head, ...kept])
  }

  /** @throws RafkaError `KAFKA_STORAGE_ERROR` when a batch spans a bound or a new one is out of place */
  replace(from: number, to: number, batches: readonly StoredBatch[]): void {
    checkReplace(this.log, this.#end, from, to, batches)
    for (const bound of [from, to]) this.#checkSpan(bound)
    if (from >= to) return
    const first = this.#find(from)
    const behind = this.#find(to)
    const left = this.#views[first.view]
    const right = this.#views[behind.view]
    const packed = packSegments([
      ...(left === undefined ? [] : batchesOf({ ...left, to: first.index })),
      ...batches.filter((batch) => batch.lastOffset >= this.#start),
      ...(right === undefined ? [] : batchesOf({ ...right, from: behind.index })),
    ])
    this.#setViews([...this.#views.slice(0, first.view), ...packed, ...this.#views.slice(behind.view + 1)])
  }

  read(offset: number, maxBytes: number, before: number): StoredBatch[] {
    const batches: StoredBatch[] = []
    let bytes = 0
    for (const { view, index } of this.#from(offset)) {
      if (view.segment.lastOffset(index) >= before) break
      const batch = view.segment.batch(index)
      bytes += batch.bytes.length
      if (batches.length > 0 && bytes > maxBytes) break
      batches.push(batch)
    }
    return batches
  }

  scan(offset: number, limit: number): BatchInfo[] {
    const infos: BatchInfo[] = []
    for (const { view, index } of this.#from(offset)) {
      if (infos.length >= limit) break
      infos.push(view.segment.info(index))
    }
    return infos
  }

  findByTimestamp(timestamp: number, fromOffset: number): BatchInfo | undefined {
    const first = this.#find(fromOffset)
    for (let at = first.view; at < this.#views.length; at++) {
      const { segment, from, to } = this.#views[at]!
      if (segment.youngest < timestamp) continue
      for (let index = at === first.view ? first.index : from; index < to; index++) {
        if (segment.maxTimestamp(index) >= timestamp) return segment.info(index)
      }
    }
    return undefined
  }

  findMaxTimestamp(): BatchInfo | undefined {
    let best: BatchInfo | undefined
    for (const { segment, from, to } of this.#views) {
      if (best !== undefined && segment.youngest <= best.maxTimestamp) continue
      for (let index = from; index < to; index++) {
        if (best === undefined || segment.maxTimestamp(index) > best.maxTimestamp) best = segment.info(index)
      }
    }
    return best
  }

  /** All of them, in order. */
  *batches(): Generator<StoredBatch> {
    for (const { segment, from, to } of this.#views) {
      for (let index = from; index < to; index++) yield segment.batch(index)
    }
  }

  *#from(offset: number): Generator<{ view: SegmentView; index: number }> {
    const first = this.#find(offset)
    for (let at = first.view; at < this.#views.length; at++) {
      const view = this.#views[at]!
      for (let index = at === first.view ? first.index : view.from; index < view.to; index++) yield { view, index }
    }
  }

  /** Place of the first batch with `lastOffset >= offset`; behind the last view when there is none. */
  #find(offset: number): Place {
    let low = 0
    let high = this.#views.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (viewEnd(this.#views[middle]!) < offset) low = middle + 1
      else high = middle
    }
    const view = this.#views[low]
    return { view: low, index: view === undefined ? 0 : indexInView(view, offset) }
  }

  #checkSpan(bound: number): void {
    const { view, index } = this.#find(bound)
    const batch = this.#views[view]?.segment.info(index)
    if (batch !== undefined && batch.baseOffset < bound) throw spanRefusal(this.log, bound, batch)
  }

  #setViews(views: SegmentView[]): void {
    this.#views = views
    this.#sizeBytes = views.reduce((sum, view) => sum + viewBytes(view), 0)
    this.#batchCount = views.reduce((sum, view) => sum + view.to - view.from, 0)
  }
}

/** Copies what is left of a segment when that is less than half, so that little data does not hold much memory. */
function shrunk(view: SegmentView): SegmentView[] {
  const used = view.segment.sizeBefore(view.segment.count)
  return viewBytes(view) * 2 < used ? packSegments(batchesOf(view)) : [view]
}
