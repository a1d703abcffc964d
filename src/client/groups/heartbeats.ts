import type { RafkaError } from '../../core/errors.ts'
import { clientError } from '../client-error.ts'
import { pause } from '../deadline.ts'
import { ending } from '../ending.ts'

/** Calls regularly for as long as it runs; the pause begins when the call before has settled. */
export class Heartbeats {
  readonly #beat: (signal: AbortSignal) => Promise<void>
  readonly #onError: (error: RafkaError) => void
  #running: AbortController | undefined

  /** @param onError takes what a call throws; the calls go on */
  constructor(beat: (signal: AbortSignal) => Promise<void>, onError: (error: RafkaError) => void) {
    this.#beat = beat
    this.#onError = onError
  }

  start(intervalMs: number): void {
    this.stop()
    this.#running = ending()
    void this.#run(intervalMs, this.#running.signal)
  }

  stop(): void {
    this.#running?.abort()
    this.#running = undefined
  }

  async #run(intervalMs: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        await pause(intervalMs, 'the next heartbeat', signal)
        await this.#beat(signal)
      } catch (error) {
        if (signal.aborted) return
        this.#onError(clientError(error))
      }
      if (signal.aborted) return
    }
  }
}
