import { nearestName } from '../../config/nearest-name.ts'
import { RafkaError } from '../../src/index.ts'
import { decodeBase64 } from '../format/read/decode-base64.ts'
import type { InputRecord, RecordParser } from '../format/read/input-record.ts'
import { Scratch } from '../format/read/scratch.ts'
import { JsonScanner, OPEN_BRACE, QUOTE } from '../json/json-scanner.ts'
import { checkUtf8, textOfString, unescapeJson } from '../json/unescape-json.ts'
import { headersOfJson } from './headers-of-json.ts'

/** What of a record's place is taken over; the rest is decided anew. */
export interface Keep {
  readonly topic: boolean
  readonly partition: boolean
  readonly timestamp: boolean
}

const fields = [
  'topic',
  'partition',
  'offset',
  'timestamp',
  'timestamp_type',
  'key',
  'key_encoding',
  'value',
  'value_encoding',
  'headers',
] as const

type Field = (typeof fields)[number]

const fieldNames = fields.map((name) => ({ name, bytes: Buffer.from(name) }))
const LOWER_N = 0x6e

/**
 * Reads lines of `consume -f json`. `value` is needed, null is a tombstone; a field that is not known is an error, so that a typing error cannot
 * lose data. Keys and values without escapes are taken where they stand.
 */
export function jsonRecordParser(keep: Keep): RecordParser {
  const reader = new JsonRecordReader(keep)
  return (source, start, end, record) => reader.read(source, start, end, record)
}

class JsonRecordReader {
  readonly #keep: Keep
  readonly #scanner = new JsonScanner()
  readonly #key = new Content('key')
  readonly #value = new Content('value')

  constructor(keep: Keep) {
    this.#keep = keep
  }

  read(source: Buffer, start: number, end: number, record: InputRecord): void {
    const scanner = this.#scanner
    record.clear()
    this.#key.clear()
    this.#value.clear()
    scanner.open(source, start, end)
    if (scanner.byte !== OPEN_BRACE) throw wrong('it is not a JSON object')
    let seen = 0
    if (scanner.enterObject()) {
      do {
        scanner.name()
        const field = this.#field()
        const bit = 1 << fields.indexOf(field)
        if ((seen & bit) !== 0) throw wrong(`"${field}" stands twice`)
        seen |= bit
        this.#readField(field, record)
      } while (scanner.moreMembers())
    }
    scanner.finish()
    if (!this.#value.given) throw wrong('"value" is missing; null makes a tombstone')
    this.#key.putKey(source, record)
    this.#value.putValue(source, record)
  }

  #readField(field: Field, record: InputRecord): void {
    const scanner = this.#scanner
    switch (field) {
      case 'key':
        this.#key.read(scanner)
        return
      case 'value':
        this.#value.read(scanner)
        return
      case 'key_encoding':
        this.#key.readEncoding(scanner)
        return
      case 'value_encoding':
        this.#value.readEncoding(scanner)
        return
      case 'headers':
        record.headers = headersOfJson(scanner)
        return
      case 'partition':
        record.partition = this.#number(field, this.#keep.partition)
        return
      case 'timestamp':
        record.timestamp = this.#number(field, this.#keep.timestamp)
        return
      case 'topic':
        record.topic = this.#topic()
        return
      case 'offset':
      case 'timestamp_type':
        scanner.value()
    }
  }

  #field(): Field {
    const { bytes, stringStart, stringEnd, escaped } = this.#scanner
    if (!escaped) {
      const length = stringEnd - stringStart
      for (const { name, bytes: nameBytes } of fieldNames) {
        if (nameBytes.length === length && sameBytes(bytes, stringStart, nameBytes)) return name
      }
    }
    const name = textOfString(this.#scanner)
    const near = nearestName(name, fields)
    throw wrong(`unknown field ${JSON.stringify(name)}${near === undefined ? '' : `; did you mean "${near}"?`}`)
  }

  #number(field: Field, kept: boolean): number | undefined {
    const scanner = this.#scanner
    const from = scanner.at
    scanner.value()
    if (!kept || scanner.bytes[from] === LOWER_N) return undefined
    const text = scanner.bytes.toString('utf8', from, scanner.at).trim()
    const number = /^-?\d+$/.test(text) ? Number(text) : Number.NaN
    if (Number.isSafeInteger(number)) return number
    throw wrong(`"${field}" must be a whole number, not ${text}`)
  }

  #topic(): string | undefined {
    const scanner = this.#scanner
    if (scanner.byte === QUOTE) {
      scanner.string()
      return this.#keep.topic ? textOfString(scanner) : undefined
    }
    const from = scanner.at
    scanner.value()
    if (scanner.bytes[from] === LOWER_N) return undefined
    throw wrong('"topic" must be a string')
  }
}

/** The key or the value of a line: where its string stands, and how it is encoded. */
class Content {
  given = false
  readonly #name: 'key' | 'value'
  readonly #scratch = new Scratch()
  #start = -1
  #end = -1
  #escaped = false
  #base64 = false

  constructor(name: 'key' | 'value') {
    this.#name = name
  }

  clear(): void {
    this.given = false
    this.#start = -1
    this.#base64 = false
  }

  read(scanner: JsonScanner): void {
    this.given = true
    if (scanner.byte === QUOTE) {
      scanner.string()
      checkUtf8(scanner)
      this.#start = scanner.stringStart
      this.#end = scanner.stringEnd
      this.#escaped = scanner.escaped
      return
    }
    const from = scanner.at
    scanner.value()
    if (scanner.bytes[from] === LOWER_N) return
    const shown = scanner.bytes.toString('utf8', from, scanner.at).trim()
    const hint = this.#name === 'value' ? '; -f raw-json takes lines that are values themselves' : ''
    throw wrong(`"${this.#name}" must be a string or null, not ${shown.slice(0, 100)}${hint}`)
  }

  readEncoding(scanner: JsonScanner): void {
    const isNull = scanner.byte === LOWER_N
    const isString = scanner.byte === QUOTE
    scanner.value()
    if (isNull) return
    if (!isString || textOfString(scanner) !== 'base64') throw wrong(`"${this.#name}_encoding" can only be "base64"`)
    this.#base64 = true
  }

  putKey(source: Buffer, record: InputRecord): void {
    if (this.#start < 0) return
    record.keySource = this.#decode(source)
    record.keyStart = this.#start
    record.keyEnd = this.#end
  }

  putValue(source: Buffer, record: InputRecord): void {
    if (this.#start < 0) return
    record.valueSource = this.#decode(source)
    record.valueStart = this.#start
    record.valueEnd = this.#end
  }

  /** @returns the buffer in which the content then stands */
  #decode(source: Buffer): Buffer {
    if (!this.#escaped && !this.#base64) return source
    let decoded = source
    if (this.#escaped) {
      decoded = this.#scratch.room(this.#end - this.#start)
      this.#end = unescapeJson(source, this.#start, this.#end, decoded, 0)
      this.#start = 0
    }
    if (!this.#base64) return decoded
    const bytes = decodeBase64(decoded.toString('utf8', this.#start, this.#end))
    if (bytes === undefined) throw wrong(`"${this.#name}" is not base64`)
    this.#start = 0
    this.#end = bytes.length
    return bytes
  }
}

function sameBytes(bytes: Buffer, start: number, others: Buffer): boolean {
  for (let index = 0; index < others.length; index++) if (bytes[start + index] !== others[index]) return false
  return true
}

function wrong(problem: string): RafkaError {
  return new RafkaError('INVALID_ARGUMENT', problem)
}
