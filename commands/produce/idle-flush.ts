import type { Readable } from 'node:stream'
import type { RecordSink } from './record-sink.ts'

/**
 * While a stream brings nothing, sends what waits. When that fails, the stream is ended with the error: nobody would hear of it
 * before the next line else.
 */
export class IdleFlush {
  readonly #sink: RecordSink
  readonly #stream: Readable
  readonly #afterMs: number
  #timer: NodeJS.Timeout | undefined

  constructor(sink: RecordSink, stream: Readable, afterMs: number) {
    this.#sink = sink
    this.#stream = stream
    this.#afterMs = afterMs
  }

  start(): void {
    this.#timer = setTimeout(() => {
      this.#sink.flush().catch((error: Error) => this.#stream.destroy(error))
    }, this.#afterMs)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}
