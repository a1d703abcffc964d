import type { RecordCursor } from '../../src/index.ts'
import type { CommandContext } from '../context.ts'
import type { RecordRenderer, RecordSource } from '../format/print/record-renderer.ts'
import { OutputBuffer } from '../output/output-buffer.ts'
import type { RecordWatch } from '../surroundings.ts'
import type { RecordFilter } from './filter/record-filter.ts'

/** Which records are printed, and how. */
export interface OutputWishes {
  readonly topics: readonly string[]
  readonly render: RecordRenderer
  /** Undefined: all. */
  readonly filter: RecordFilter | undefined
  /** So many at most. */
  readonly limit: number | undefined
}

/** Stdout, as records are printed on it. */
export class RecordOutput implements Disposable {
  /** That were printed. */
  records = 0
  readonly #out: OutputBuffer
  readonly #render: RecordRenderer
  readonly #filter: RecordFilter | undefined
  readonly #limit: number
  readonly #watch: RecordWatch | undefined

  constructor(context: CommandContext, { topics, render, filter, limit }: OutputWishes) {
    this.#out = new OutputBuffer(context.io.stdout)
    this.#render = render
    this.#filter = filter
    this.#limit = limit ?? Number.POSITIVE_INFINITY
    this.#watch = context.surroundings.watchRecords?.(topics)
  }

  /** No more records are wanted. */
  get done(): boolean {
    return this.records >= this.#limit
  }

  /** There is enough to `flush`. */
  get isFull(): boolean {
    return this.#out.isFull
  }

  /** Prints a record if it is wanted. */
  print(record: RecordCursor, source: RecordSource): void {
    if (this.#filter !== undefined && !this.#filter(record, source)) return
    this.#render(record, source, this.#out)
    this.#watch?.record(record, source)
    this.records += 1
  }

  /** Hands what was printed to the stream. Waits only for what was handed to it before. */
  flush(): Promise<void> {
    return this.#out.flush()
  }

  /** Settles when the stream has taken all. */
  finish(): Promise<void> {
    return this.#out.finish()
  }

  [Symbol.dispose](): void {
    this.#watch?.[Symbol.dispose]()
  }
}
