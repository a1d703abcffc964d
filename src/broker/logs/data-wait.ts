import type { Clock, Timer } from '../../core/clock.ts'
import type { PartitionLog } from './partition-log.ts'

/**
 * The wait of one fetch: ends when enough bytes came to the logs that it watches, when one of them changed its state, when its time is up,
 * or when nobody wants the answer any more. Woken by the commit itself, never by looking again and again.
 */
export class DataWait {
  readonly #watched = new Map<PartitionLog, () => void>()
  readonly #signals: readonly AbortSignal[]
  readonly #timer: Timer | undefined
  readonly #expire = () => {
    this.#over = true
    this.#wake?.()
  }
  #over: boolean
  #bytes = 0
  #needed = Number.POSITIVE_INFINITY
  #wake: (() => void) | undefined

  readonly #committedOnly: boolean

  /** @param committedOnly count what became readable below the last stable offset, not the high watermark */
  constructor(clock: Clock, maxWaitMs: number, signals: ReadonlyArray<AbortSignal | undefined>, committedOnly = false) {
    this.#committedOnly = committedOnly
    this.#signals = signals.filter((signal) => signal !== undefined)
    this.#over = maxWaitMs <= 0 || this.#signals.some((signal) => signal.aborted)
    if (this.#over) return
    this.#timer = clock.after(maxWaitMs, this.#expire)
    for (const signal of this.#signals) signal.addEventListener('abort', this.#expire, { once: true })
  }

  /** True when there is no more waiting: the answer must be given as it is. */
  get over(): boolean {
    return this.#over
  }

  /** Listens to a log; once, however often it is called. */
  watch(log: PartitionLog | undefined): void {
    if (log === undefined || this.#over || this.#watched.has(log)) return
    const stop = log.listen((bytes, stableBytes) => {
      this.#bytes += this.#committedOnly ? stableBytes : bytes
      if (this.#bytes >= this.#needed) this.#wake?.()
    })
    this.#watched.set(log, stop)
  }

  /** Settles when `bytes` came since the last call, or the wait is over. */
  async forBytes(bytes: number): Promise<void> {
    this.#needed = bytes
    if (!this.#over && this.#bytes < bytes) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      this.#wake = undefined
    }
    this.#bytes = 0
  }

  /** Lets go of everything. */
  end(): void {
    this.#timer?.cancel()
    for (const signal of this.#signals) signal.removeEventListener('abort', this.#expire)
    for (const stop of this.#watched.values()) stop()
    this.#watched.clear()
  }
}
