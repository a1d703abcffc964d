import { setTimeout } from 'node:timers/promises'
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { type FromWorker, shared, type ToWorker } from './messages.ts'
import type { WorkerData } from './worker/main.ts'

/** How long a statement may take to notice that it was cancelled, in ms: SQLite alone, without a row of a topic, never looks. */
const GIVE_UP_MS = 1_000

/** The thread in which SQLite runs, as this one sees it. It keeps the process alive while a statement runs, and not longer. */
export class WorkerThread {
  readonly #worker: Worker
  readonly #port: MessagePort
  readonly #control: Int32Array
  #listener: (message: FromWorker) => void = () => {}
  #onExit: (error: Error) => void = () => {}
  #ended = false

  constructor(maxTemporaryBytes: number) {
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    this.#control = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * shared.length))
    const workerData: WorkerData = { port: port2, control: this.#control, maxTemporaryBytes }
    this.#worker = new Worker(entry(), { workerData, transferList: [port2] })
    this.#worker.on('error', (error) => this.#end(error))
    this.#worker.on('exit', () => this.#end(new Error('its thread has ended')))
    this.#port.on('message', (message: FromWorker) => this.#listener(message))
    this.#worker.unref()
    this.#port.unref()
  }

  /** It runs nothing any more. */
  get ended(): boolean {
    return this.#ended
  }

  /** Who hears what the thread tells, from now on. */
  listen(listener: (message: FromWorker) => void, onExit: (error: Error) => void): void {
    this.#listener = listener
    this.#onExit = onExit
    this.#worker.ref()
    this.#port.ref()
  }

  /** The statement is over. */
  rest(): void {
    this.#listener = () => {}
    this.#onExit = () => {}
    this.#worker.unref()
    this.#port.unref()
  }

  send(message: ToWorker, transfer: readonly ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer)
    this.#wake()
  }

  /** Asks the statement to end. */
  cancel(run: number): void {
    Atomics.store(this.#control, shared.cancelledRun, run)
    this.#wake()
  }

  /** Ends the thread. @returns false when SQLite did not come to an end in time: the thread goes on as long as the process lives */
  async close(): Promise<boolean> {
    this.rest()
    this.#port.close()
    const timer = new AbortController()
    const ended = this.#worker.terminate().then(() => true)
    const gaveUp = setTimeout(GIVE_UP_MS, false, { signal: timer.signal }).catch(() => false)
    try {
      return await Promise.race([ended, gaveUp])
    } finally {
      timer.abort()
      // To be terminated keeps the process waiting.
      this.#worker.unref()
    }
  }

  #end(error: Error): void {
    this.#ended = true
    this.#onExit(error)
  }

  #wake(): void {
    Atomics.add(this.#control, shared.messages, 1)
    Atomics.notify(this.#control, shared.messages)
  }
}

/** The bundle has the thread's code at a place of its own; the sources need a loader, which a thread does not have by itself. */
function entry(): URL {
  if (!import.meta.url.endsWith('.ts')) return new URL('../src/sql/worker/main.js', import.meta.url)
  const [loader, main] = [import.meta.resolve('tsx/esm/api'), new URL('./worker/main.ts', import.meta.url)]
  const source = `import { register } from ${JSON.stringify(loader)}; register(); await import(${JSON.stringify(main)})`
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`)
}
