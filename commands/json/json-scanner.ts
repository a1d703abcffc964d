import { RafkaError } from '../../src/index.ts'

const MAX_DEPTH = 512

export const QUOTE = 0x22
export const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
export const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const MINUS = 0x2d

/** Bytes after a backslash, but for `u`. */
const simpleEscapes = new Set(Buffer.from('"\\/bfnrt'))
const words: ReadonlyMap<number, Buffer> = new Map(
  ['true', 'false', 'null'].map((word) => [word.charCodeAt(0), Buffer.from(word)]),
)

/**
 * Steps through JSON in bytes without making anything of it: what it has stepped over is known to be JSON. Used again for each text, so
 * nothing is allocated. Errors are RafkaErrors `INVALID_ARGUMENT` that name the byte within the text.
 */
export class JsonScanner {
  bytes: Buffer = Buffer.alloc(0)
  at = 0
  end = 0
  /** Of the string stepped over last: what stands between the quotes. */
  stringStart = 0
  stringEnd = 0
  /** Whether it has a backslash; without one its bytes are its text. */
  escaped = false
  /** Whether it has bytes beyond ASCII, which may be no UTF-8. */
  hasHighBytes = false
  #start = 0

  open(bytes: Buffer, start: number, end: number): void {
    this.bytes = bytes
    this.at = start
    this.#start = start
    this.end = end
    this.skipSpace()
  }

  /** The byte that it stands on; -1 at the end. */
  get byte(): number {
    return this.at < this.end ? this.bytes[this.at]! : -1
  }

  /** Steps over one value, and the space behind it. */
  value(depth = 0): void {
    const byte = this.byte
    if (byte === QUOTE) this.string()
    else if (byte === OPEN_BRACE) this.#members(depth)
    else if (byte === OPEN_BRACKET) this.#elements(depth)
    else if (byte === MINUS || (byte >= 0x30 && byte <= 0x39)) this.#number()
    else this.#word(byte)
  }

  /** Steps over `true`, `false` or `null`. */
  #word(byte: number): void {
    const word = words.get(byte)
    if (word === undefined) throw this.wrong(byte === -1 ? 'it ends where a value should stand' : 'no value begins')
    for (let index = 0; index < word.length; index++) {
      if (this.at + index >= this.end || this.bytes[this.at + index] !== word[index])
        throw this.wrong('no value begins')
    }
    this.at += word.length
    this.skipSpace()
  }

  /** Steps over a string, and the space behind it. */
  string(): void {
    if (this.byte !== QUOTE) throw this.wrong('a string should stand')
    const { bytes, end } = this
    let at = this.at + 1
    let all = 0
    this.stringStart = at
    this.escaped = false
    for (;;) {
      if (at >= end) throw this.wrong('a string has no end')
      const byte = bytes[at]!
      if (byte === QUOTE) break
      all |= byte
      if (byte === BACKSLASH) {
        this.escaped = true
        at += this.#escape(at + 1)
      } else if (byte < 0x20) {
        this.at = at
        throw this.wrong('a string has a control character')
      } else at += 1
    }
    this.stringEnd = at
    this.hasHighBytes = all >= 0x80
    this.at = at + 1
    this.skipSpace()
  }

  /** Steps over a `{`; false when the object is empty, and then over its end too. */
  enterObject(): boolean {
    return this.#enter(OPEN_BRACE, CLOSE_BRACE)
  }

  enterArray(): boolean {
    return this.#enter(OPEN_BRACKET, CLOSE_BRACKET)
  }

  /** Steps over the name of a member and its colon; the name is the string stepped over last. */
  name(): void {
    this.string()
    if (this.byte !== COLON) throw this.wrong('a ":" should stand')
    this.at += 1
    this.skipSpace()
  }

  /** After a member: true when another follows; steps over the comma or the end. */
  moreMembers(): boolean {
    return this.#more(CLOSE_BRACE)
  }

  moreElements(): boolean {
    return this.#more(CLOSE_BRACKET)
  }

  /** Nothing may be left. */
  finish(): void {
    if (this.at < this.end) throw this.wrong('something follows')
  }

  wrong(problem: string): RafkaError {
    const message = `${problem} at byte ${this.at - this.#start + 1}`
    return new RafkaError('INVALID_ARGUMENT', `it is not JSON: ${message}`)
  }

  skipSpace(): void {
    const { bytes, end } = this
    let at = this.at
    while (at < end) {
      const byte = bytes[at]!
      if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) break
      at += 1
    }
    this.at = at
  }

  #enter(open: number, close: number): boolean {
    if (this.byte !== open) throw this.wrong(`a "${String.fromCharCode(open)}" should stand`)
    this.at += 1
    this.skipSpace()
    if (this.byte !== close) return true
    this.at += 1
    this.skipSpace()
    return false
  }

  #more(close: number): boolean {
    const byte = this.byte
    if (byte !== COMMA && byte !== close) throw this.wrong(`a "," or a "${String.fromCharCode(close)}" should stand`)
    this.at += 1
    this.skipSpace()
    return byte === COMMA
  }

  #members(depth: number): void {
    this.#checkDepth(depth)
    if (!this.enterObject()) return
    do {
      this.name()
      this.value(depth + 1)
    } while (this.moreMembers())
  }

  #elements(depth: number): void {
    this.#checkDepth(depth)
    if (!this.enterArray()) return
    do this.value(depth + 1)
    while (this.moreElements())
  }

  #checkDepth(depth: number): void {
    if (depth >= MAX_DEPTH) throw this.wrong(`more than ${MAX_DEPTH} levels`)
  }

  /** Length of an escape, the backslash included, whose second byte stands at `at`. */
  #escape(at: number): number {
    const byte = at < this.end ? this.bytes[at]! : -1
    if (simpleEscapes.has(byte)) return 2
    let digits = 0
    if (byte === 0x75)
      while (digits < 4 && at + 1 + digits < this.end && isHex(this.bytes[at + 1 + digits]!)) digits += 1
    if (digits === 4) return 6
    this.at = at - 1
    throw this.wrong('a string has an unknown escape')
  }

  #number(): void {
    if (this.byte === MINUS) this.at += 1
    if (this.byte === 0x30) this.at += 1
    else this.#digits()
    if (this.byte === 0x2e) {
      this.at += 1
      this.#digits()
    }
    if ((this.byte | 0x20) === 0x65) {
      this.at += 1
      if (this.byte === 0x2b || this.byte === MINUS) this.at += 1
      this.#digits()
    }
    this.skipSpace()
  }

  #digits(): void {
    const from = this.at
    while (this.byte >= 0x30 && this.byte <= 0x39) this.at += 1
    if (this.at === from) throw this.wrong('a digit should stand')
  }
}

function isHex(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66)
}
