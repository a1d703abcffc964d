import { emitKeypressEvents } from 'node:readline'
import type { ReadStream } from 'node:tty'

/** A key as it was pressed. */
export interface Key {
  /** By node:readline's names: `return`, `left`, `a`; undefined for characters without one. */
  readonly name: string | undefined
  /** What it types. */
  readonly text: string
  readonly ctrl: boolean
  readonly meta: boolean
}

type Taker = (key: Key) => void

const PASTE_ON = '\u001b[?2004h'
const PASTE_OFF = '\u001b[?2004l'
const MAX_TYPED_AHEAD = 4096

/** The keys of a terminal, each given to whoever took them last. What is typed while nobody takes them is kept for the next one. */
export class Keys {
  readonly #input: ReadStream
  readonly #output: NodeJS.WritableStream
  readonly #takers: Taker[] = []
  #ahead: Key[] = []
  #sink: ((bytes: Buffer) => void) | undefined
  readonly #onKey = (text: string | undefined, key: Partial<Key> & { sequence?: string }) => {
    if (this.#sink !== undefined) return
    this.#give({ name: key.name, text: text ?? '', ctrl: key.ctrl === true, meta: key.meta === true })
  }
  readonly #onBytes = (bytes: Buffer) => this.#sink?.(bytes)

  constructor(input: ReadStream, output: NodeJS.WritableStream) {
    this.#input = input
    this.#output = output
  }

  /** Begins to read them. */
  open(): void {
    emitKeypressEvents(this.#input)
    this.#input.on('keypress', this.#onKey)
    this.#input.on('data', this.#onBytes)
    this.#resume()
  }

  /** Gives the terminal back as it was. */
  close(): void {
    this.#pause()
    this.#input.off('keypress', this.#onKey)
    this.#input.off('data', this.#onBytes)
  }

  /** Gives all keys to `taker` until disposed. */
  take(taker: Taker): Disposable {
    this.#takers.push(taker)
    const ahead = this.#ahead
    this.#ahead = []
    for (const key of ahead) this.#give(key)
    return { [Symbol.dispose]: () => void this.#takers.splice(this.#takers.indexOf(taker), 1) }
  }

  /** Gives the bytes themselves to `sink` until disposed. What was typed before is dropped: it was no answer to a question that nobody had asked. */
  passBytes(sink: (bytes: Buffer) => void): Disposable {
    this.#ahead = []
    this.#sink = sink
    return {
      [Symbol.dispose]: () => {
        if (this.#sink === sink) this.#sink = undefined
      },
    }
  }

  /** Leaves the terminal to other programs until disposed. */
  suspend(): Disposable {
    this.#pause()
    return { [Symbol.dispose]: () => this.#resume() }
  }

  /** Keeps a key for whoever takes the keys next. */
  keep(key: Key): void {
    if (this.#ahead.length < MAX_TYPED_AHEAD) this.#ahead.push(key)
  }

  /** Stops this process as Ctrl-Z does elsewhere; `woken` is called once it goes on. */
  sleep(woken: () => void): void {
    this.#pause()
    process.once('SIGCONT', () => {
      this.#resume()
      woken()
    })
    process.kill(process.pid, 'SIGTSTP')
  }

  #give(key: Key): void {
    const taker = this.#takers.at(-1)
    if (taker !== undefined) taker(key)
    else this.keep(key)
  }

  #resume(): void {
    this.#input.setRawMode(true)
    this.#output.write(PASTE_ON)
    this.#input.resume()
  }

  #pause(): void {
    this.#input.pause()
    this.#output.write(PASTE_OFF)
    this.#input.setRawMode(false)
  }
}
