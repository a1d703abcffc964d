import { EventEmitter } from 'node:events'
import type { EndSignal, SignalSource } from '../../interrupts.ts'

/** Signals of one command among others of the same process. */
export class ForegroundSignals implements SignalSource {
  readonly #events = new EventEmitter()
  readonly #abandon: () => void

  /** `abandon` is called when the command did not listen, or not soon enough. */
  constructor(abandon: () => void) {
    this.#abandon = abandon
  }

  on(signal: EndSignal, listener: (signal: EndSignal) => void): void {
    this.#events.on(signal, listener)
  }

  off(signal: EndSignal, listener: (signal: EndSignal) => void): void {
    this.#events.off(signal, listener)
  }

  end(): void {
    this.#abandon()
  }

  /** Sends a signal to whoever listens; where nobody does, the command is given up. */
  send(signal: EndSignal): void {
    if (!this.#events.emit(signal, signal)) this.#abandon()
  }
}
