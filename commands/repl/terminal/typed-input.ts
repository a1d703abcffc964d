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
  readonly #keys: Keys
  readonly #editor: LineEditor
  readonly #interrupt: () => void
  readonly #stopped = new AbortController()
  #isReading = false
  #passing: Disposable | undefined

  constructor(keys: Keys, editor: LineEditor, interrupt: () => void) {
    super()
    this.#keys = keys
    this.#editor = editor
    this.#interrupt = interrupt
  }

  setRawMode(raw: boolean): this {
    this.isRaw = raw
    this.wasRead ||= raw
    this.#passing?.[Symbol.dispose]()
    this.#passing = raw ? this.#keys.passBytes((bytes) => void this.push(bytes)) : undefined
    return this
  }

  override _read(): void {
    if (this.isRaw || this.#isReading) return
    this.#isReading = true
    this.wasRead = true
    void this.#readLine()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.setRawMode(false)
    this.#stopped.abort()
    done(error)
  }

  async #readLine(): Promise<void> {
    const entry = await this.#editor.read(plainAids([{ text: '> ' }]), this.#stopped.signal)
    this.#isReading = false
    if (this.destroyed) return
    if (entry.kind === 'line') this.push(`${entry.text}\n`)
    else if (entry.kind === 'end') this.push(null)
    else this.#interrupt()
  }
}
