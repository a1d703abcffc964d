import { RafkaError } from '../../core/errors.ts'
import { classEscapes, controlEscapes } from './characters.ts'

/** The text of a regular expression while it is read. */
export class Source {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length
  }

  sees(text: string): boolean {
    return this.#text.startsWith(text, this.#at)
  }

  /** Passes `text` if it is next. */
  take(text: string): boolean {
    const found = this.sees(text)
    if (found) this.#at += text.length
    return found
  }

  /** Passes what matches (a sticky expression). */
  match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    if (found !== null) this.#at += found[0].length
    return found
  }

  /** Passes `\d` or its like, and gives its letter. */
  takeClassEscape(): string | undefined {
    const letter = this.#text[this.#at + 1] ?? ''
    if (!this.sees('\\') || !classEscapes.has(letter)) return undefined
    this.#at += 2
    return letter
  }

  /** Passes one character, escaped or not, and gives its code. */
  takeCharacter(): number {
    if (this.isAtEnd) throw this.wrong('it ends too early')
    if (!this.take('\\')) return this.#next()
    const hex = this.match(/x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})/y)
    if (hex !== null) return Number.parseInt(hex[1] ?? hex[2]!, 16)
    if (this.isAtEnd) throw this.wrong('a backslash stands at its end')
    const code = this.#next()
    const letter = String.fromCodePoint(code)
    const control = controlEscapes.get(letter)
    if (control !== undefined) return control
    if (/[0-9A-Za-z]/.test(letter)) throw this.wrong(`\\${letter} is not supported`)
    return code
  }

  wrong(why: string): RafkaError {
    return new RafkaError(
      'INVALID_REGULAR_EXPRESSION',
      `the regular expression "${this.#text}" cannot be used: ${why} (at character ${this.#at + 1})`,
    )
  }

  #next(): number {
    const code = this.#text.codePointAt(this.#at)!
    this.#at += code > 0xffff ? 2 : 1
    return code
  }
}
