import { setTimeout } from 'node:timers/promises'
import type { Rafka } from '../core/rafka.ts'
import { type Failure, type FromWorker, pagesAhead, type ScanRequest, type ToWorker } from './messages.ts'
import type { Page } from './page.ts'
import { type FetchLimits, scanTopic } from './scan.ts'
import type { SqlValue } from './sql-value.ts'
import type { Extent } from './topic-extents.ts'
import type { WorkerThread } from './worker-thread.ts'

/** How long a statement may take to notice that it was cancelled, in ms. */
const GIVE_UP_MS = 1_000

/** One statement on its way: brings the records that the thread asks for, and takes the rows that it gives. */
export class RunningStatement {
  readonly #thread: WorkerThread
  readonly #rafka: Rafka
  readonly #extents: ReadonlyMap<string, readonly Extent[]>
  readonly #limits: FetchLimits
  readonly #run: number
  readonly #rows: SqlValue[][][] = []
  readonly #scans = new Map<number, PageFlow>()
  #columns: readonly string[] | undefined
  #ended: { readonly failure?: Failure | undefined } | undefined
  #scanError: unknown
  #wake: (() => void) | undefined

  constructor(
    thread: WorkerThread,
    rafka: Rafka,
    run: Extract<ToWorker, { type: 'run' }>,
    extents: ReadonlyMap<string, readonly Extent[]>,
    limits: FetchLimits,
  ) {
    this.#thread = thread
    this.#rafka = rafka
    this.#run = run.run
    this.#extents = extents
    this.#limits = limits
    thread.listen(
      (message) => this.#take(message),
      (error) => this.#end({ kind: 'unexpected', message: error.message }),
    )
    thread.send(run)
  }

  /** Names of the columns; undefined when it failed before there were any. */
  async columns(): Promise<readonly string[] | undefined> {
    while (this.#columns === undefined && this.#ended === undefined) await this.#news()
    return this.#columns
  }

  /** The next bunch of rows; undefined at the end. */
  async nextRows(): Promise<SqlValue[][] | undefined> {
    while (this.#rows.length === 0 && this.#ended === undefined) await this.#news()
    const rows = this.#rows.shift()
    if (rows !== undefined && this.#ended === undefined) this.#thread.send({ type: 'rows-taken' })
    return rows
  }

  /** Why it failed; a failed scan has an error of its own. */
  get failure(): { readonly failure: Failure; readonly scanError: unknown } | undefined {
    const failure = this.#ended?.failure
    return failure === undefined ? undefined : { failure, scanError: this.#scanError }
  }

  cancel(): void {
    if (this.#ended === undefined) this.#thread.cancel(this.#run)
  }

  /** Ends it, wherever it is. @returns false when SQLite does not come to an end */
  async stop(): Promise<boolean> {
    this.cancel()
    const timer = new AbortController()
    const late = setTimeout(GIVE_UP_MS, true, { signal: timer.signal }).catch(() => true)
    let isLate = false
    while (this.#ended === undefined && !isLate) isLate = (await Promise.race([late, this.#news()])) === true
    timer.abort()
    this.#thread.rest()
    for (const scan of this.#scans.values()) scan.stop()
    await Promise.allSettled([...this.#scans.values()].map(({ ended }) => ended))
    const isStuck = this.#ended === undefined
    this.#end({ kind: 'cancelled', message: 'it does not come to an end' })
    return !isStuck
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      const before = this.#wake
      this.#wake = () => {
        before?.()
        resolve()
      }
    })
  }

  #take(message: FromWorker): void {
    if (message.type === 'scan') this.#startScan(message.scan, message.request)
    else if (message.type === 'page-taken') this.#scans.get(message.scan)?.taken()
    else if (message.type === 'columns') this.#columns = message.names
    else if (message.type === 'rows') this.#rows.push(message.rows)
    else this.#end(message.type === 'failed' ? message.failure : undefined)
    this.#tell()
  }

  #startScan(scan: number, request: ScanRequest): void {
    const extents = this.#extents.get(request.topic) ?? []
    const flow = new PageFlow(
      (signal) => scanTopic(this.#rafka, request, extents, this.#limits, signal),
      (page) => this.#thread.send({ type: 'page', scan, page }, buffersOf(page)),
    )
    this.#scans.set(scan, flow)
    flow.ended
      .catch((error: unknown) => {
        this.#scanError ??= error
        this.#thread.send({ type: 'broken', scan })
      })
      .finally(() => this.#scans.delete(scan))
  }

  #end(failure: Failure | undefined): void {
    this.#ended ??= { failure }
    this.#tell()
  }

  #tell(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }
}

/** Pages on their way to the thread, never more than `pagesAhead` that it has not taken. */
class PageFlow {
  readonly ended: Promise<void>
  #room = pagesAhead
  readonly #stopping = new AbortController()
  #wake: () => void = () => {}

  constructor(open: (signal: AbortSignal) => AsyncIterable<Page>, send: (page: Page | undefined) => void) {
    this.ended = this.#pump(open(this.#stopping.signal), send)
  }

  taken(): void {
    this.#room++
    this.#wake()
  }

  stop(): void {
    this.#stopping.abort()
    this.#wake()
  }

  async #pump(pages: AsyncIterable<Page>, send: (page: Page | undefined) => void): Promise<void> {
    const { signal } = this.#stopping
    for await (const page of pages) {
      while (this.#room === 0 && !signal.aborted) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
      if (signal.aborted) return
      this.#room--
      send(page)
    }
    if (!signal.aborted) send(undefined)
  }
}

function buffersOf(page: Page | undefined): ArrayBuffer[] {
  const arrays = [page?.offsets, page?.timestamps, page?.sizes, page?.lengths, page?.bytes]
  return arrays.flatMap((array) => (array === undefined ? [] : [array.buffer as ArrayBuffer]))
}
