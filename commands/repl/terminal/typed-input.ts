import { Readable } from 'node:stream'
import type { Keys } from '../editor/keys.ts'
import { plainAids } from '../editor/line-aids.ts'
import type { LineEditor } from '../editor/line-editor.ts'

/**
 * The stdin of a command that runs in the REPL. As a terminal does, it gives lines that were edited, and the bytes of the keys themselves in
 * raw mode; Ctrl-D ends it for this command alone.
 */
export class TypedInput extends Readable {
  readonly isTTY = true
  readonly fd = 0
  isRaw = false
  /** Whether anybody was asked anything. */
  wasRead = false
  /** What stands before a line. */
  linePrompt = '> '
  readonly #keys: Keys
  readonly #editor: LineEditor
  readonly #interrupt: () => void
  readonly #stopped = new AbortController()
  #isWanted = false
  #isReading = false
  #passing: Disposable | undefined

  constructor(keys: Keys, editor: LineEditor, interrupt: () => void) {
    super()
    this.#keys = keys
    this.#editor = editor
    this.#interrupt = interrupt
    this.on('resume', () => this.#readIfWanted())
    this.on('newListener', (event) => {
      if (event === 'readable') queueMicrotask(() => this.#readIfWanted())
    })
  }

  setRawMode(raw: boolean): this {
    this.isRaw = raw
    this.wasRead ||= raw
    this.#passing?.[Symbol.dispose]()
    this.#passing = raw ? this.#keys.passBytes((bytes) => void this.push(bytes)) : undefined
    this.#readIfWanted()
    return this
  }

  override _read(): void {
    this.#isWanted = true
    this.#readIfWanted()
  }

  /** A stream looks ahead: a line is asked for once somebody listens. */
  #readIfWanted(): void {
    const flows = this.readableFlowing === true && this.listenerCount('data') > 0
    const hasListeners = flows || this.listenerCount('readable') > 0
    if (!this.#isWanted || !hasListeners || this.isRaw || this.#isReading || this.destroyed) return
    this.#isReading = true
    this.#isWanted = false
    this.wasRead = true
    void this.#readLine()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.setRawMode(false)
    this.#stopped.abort()
    done(error)
  }

  async #readLine(): Promise<void> {
    const entry = await this.#editor.read(plainAids([{ text: this.linePrompt }]), this.#stopped.signal)
    this.#isReading = false
    if (this.destroyed) return
    if (entry.kind === 'line') this.push(`${entry.text}\n`)
    else if (entry.kind === 'end') this.push(null)
    else this.#interrupt()
  }
}
