import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { type FromWorker, shared, type ToWorker } from '../messages.ts'
import type { Page } from '../page.ts'

/** Thrown into a statement that is to end before its time. */
export class Interrupted extends Error {
  readonly kind: 'cancelled' | 'broken'

  constructor(kind: 'cancelled' | 'broken') {
    super(kind)
    this.kind = kind
  }
}

type Run = Extract<ToWorker, { type: 'run' }>

/** The other thread, as SQLite has to have it: one that answers before a call returns. */
export class Inbox {
  readonly #port: MessagePort
  readonly #control: Int32Array
  #run = 0
  #next: Run | undefined
  readonly #pages = new Map<number, Array<Page | undefined>>()
  readonly #broken = new Set<number>()
  #rowsTaken = 0

  constructor(port: MessagePort, control: Int32Array) {
    this.#port = port
    this.#control = control
  }

  send(message: FromWorker): void {
    this.#port.postMessage(message)
  }

  /** Sleeps until there is a statement. What belongs to the one before is forgotten. */
  nextRun(): Run {
    for (;;) {
      const run = this.#next
      this.#next = undefined
      if (run !== undefined) return this.#begin(run)
      this.#receive()
    }
  }

  /** Sleeps until there is a page of the scan; undefined at its end. @throws Interrupted */
  nextPage(scan: number): Page | undefined {
    for (;;) {
      this.checkCancelled()
      const queue = this.#pages.get(scan)
      if (queue !== undefined && queue.length > 0) return queue.shift()
      if (this.#broken.has(scan)) throw new Interrupted('broken')
      this.#receive()
    }
  }

  /** Sleeps until rows have been taken `count` times in all. @throws Interrupted */
  awaitRowsTaken(count: number): void {
    this.checkCancelled()
    while (this.#rowsTaken < count) {
      this.#receive()
      this.checkCancelled()
    }
  }

  /** @throws Interrupted when the statement is no longer wanted */
  checkCancelled(): void {
    if (Atomics.load(this.#control, shared.cancelledRun) >= this.#run) throw new Interrupted('cancelled')
  }

  #begin(run: Run): Run {
    this.#pages.clear()
    this.#broken.clear()
    this.#rowsTaken = 0
    this.#run = run.run
    return run
  }

  #receive(): void {
    const seen = Atomics.load(this.#control, shared.messages)
    const received = receiveMessageOnPort(this.#port) as { message: ToWorker } | undefined
    if (received === undefined) Atomics.wait(this.#control, shared.messages, seen)
    else this.#take(received.message)
  }

  #take(message: ToWorker): void {
    if (message.type === 'run') this.#next = message
    else if (message.type === 'rows-taken') this.#rowsTaken++
    else if (message.type === 'broken') this.#broken.add(message.scan)
    else this.#pages.get(message.scan)?.push(message.page) ?? this.#pages.set(message.scan, [message.page])
  }
}
