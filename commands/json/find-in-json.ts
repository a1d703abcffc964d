import type { PathStep } from './json-path.ts'
import { JsonScanner } from './json-scanner.ts'
import { textOfString } from './unescape-json.ts'

/** What a path leads to: `kind` says which sort of value stands from `start` to before `end`. */
export type JsonKind = 'missing' | 'string' | 'number' | 'true' | 'false' | 'null' | 'object' | 'array'

/**
 * Finds what a path leads to in JSON bytes, and reads no further than it has to: what stands behind is not looked at. Of members with the
 * same name the first one counts.
 */
export class JsonFinder {
  /** Of a string: what stands between the quotes. */
  start = 0
  end = 0
  /** Of a string: it has a backslash. */
  escaped = false
  readonly #scanner = new JsonScanner()
  readonly #steps: ReadonlyArray<{ readonly name: string; readonly bytes: Buffer } | number>

  constructor(steps: readonly PathStep[]) {
    this.#steps = steps.map((step) => (typeof step === 'number' ? step : { name: step, bytes: Buffer.from(step) }))
  }

  /** @throws RafkaError `INVALID_ARGUMENT` where what was looked at is not JSON */
  find(bytes: Buffer, start: number, end: number): JsonKind {
    const scanner = this.#scanner
    scanner.open(bytes, start, end)
    for (const step of this.#steps) {
      const found = typeof step === 'number' ? this.#element(step) : this.#member(step.name, step.bytes)
      if (!found) return 'missing'
    }
    return this.#take()
  }

  #take(): JsonKind {
    const scanner = this.#scanner
    const kind = kindOf(scanner.byte)
    const from = scanner.at
    scanner.value()
    if (kind === 'string') {
      this.start = scanner.stringStart
      this.end = scanner.stringEnd
      this.escaped = scanner.escaped
      return kind
    }
    this.start = from
    this.end = scanner.at
    while (this.end > from && scanner.bytes[this.end - 1]! <= 0x20) this.end -= 1
    this.escaped = false
    return kind
  }

  #member(name: string, nameBytes: Buffer): boolean {
    const scanner = this.#scanner
    if (kindOf(scanner.byte) !== 'object' || !scanner.enterObject()) return false
    do {
      scanner.name()
      if (scanner.escaped ? textOfString(scanner) === name : this.#isNamed(nameBytes)) return true
      scanner.value()
    } while (scanner.moreMembers())
    return false
  }

  #isNamed(name: Buffer): boolean {
    const { bytes, stringStart, stringEnd } = this.#scanner
    if (stringEnd - stringStart !== name.length) return false
    for (let index = 0; index < name.length; index++) if (bytes[stringStart + index] !== name[index]) return false
    return true
  }

  #element(index: number): boolean {
    const scanner = this.#scanner
    if (kindOf(scanner.byte) !== 'array') return false
    const wanted = index >= 0 ? index : this.#count() + index
    if (wanted < 0 || !scanner.enterArray()) return false
    for (let left = wanted; left > 0; left--) {
      scanner.value()
      if (!scanner.moreElements()) return false
    }
    return true
  }

  /** Elements of the array that the scanner stands before, and goes back to. */
  #count(): number {
    const scanner = this.#scanner
    const before = scanner.at
    let count = 0
    if (scanner.enterArray()) {
      do {
        scanner.value()
        count += 1
      } while (scanner.moreElements())
    }
    scanner.at = before
    return count
  }
}

function kindOf(byte: number): JsonKind {
  if (byte === 0x22) return 'string'
  if (byte === 0x7b) return 'object'
  if (byte === 0x5b) return 'array'
  if (byte === 0x74) return 'true'
  if (byte === 0x66) return 'false'
  return byte === 0x6e ? 'null' : 'number'
}
