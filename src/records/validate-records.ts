import { RafkaError } from '../core/errors.ts'

/** What a topic asks of its records. */
export interface RecordRules {
  /** A compacted topic: every record needs a key. */
  readonly keyRequired: boolean
}

/** What walking the records told. */
export interface WalkedRecords {
  /** Largest timestamp delta; negative infinity when there are no records. */
  readonly maxTimestampDelta: number
  /** Whether the offset deltas are 0, 1, 2 … */
  readonly dense: boolean
}

/**
 * Walks the records of a batch strictly: each must parse, fill its declared length, and stand right behind the one before; nothing may be
 * left over (`DefaultRecord.readFrom`, `DefaultRecordBatch`, `LogValidator`).
 * @param payload the records, not compressed
 * @throws RafkaError `INVALID_RECORD` naming the record
 */
export function validateRecords(payload: Buffer, count: number, rules: RecordRules): WalkedRecords {
  const walk = new StrictWalk(payload)
  let maxTimestampDelta = Number.NEGATIVE_INFINITY
  let dense = true
  for (let index = 0; index < count; index++) {
    walk.record(index)
    if (rules.keyRequired && !walk.hasKey) {
      throw invalid(`record ${index} has no key, which a compacted topic needs`)
    }
    if (walk.timestampDelta > maxTimestampDelta) maxTimestampDelta = walk.timestampDelta
    if (walk.offsetDelta !== index) dense = false
  }
  if (walk.at !== payload.length) throw invalid(`${payload.length - walk.at} bytes follow the last of ${count} records`)
  return { maxTimestampDelta, dense }
}

class StrictWalk {
  at = 0
  timestampDelta = 0
  offsetDelta = 0
  hasKey = false
  readonly #bytes: Buffer
  #index = 0
  #end = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    this.#end = bytes.length
  }

  record(index: number): void {
    this.#index = index
    this.#end = this.#bytes.length
    const size = this.#varint()
    if (size < 0 || size > this.#bytes.length - this.at) throw this.#broken(`a length of ${size}`)
    const end = this.at + size
    this.#end = end
    this.at++
    this.timestampDelta = this.#varlong()
    this.offsetDelta = this.#varint()
    this.hasKey = this.#skipNullable('key')
    this.#skipNullable('value')
    this.#skipHeaders()
    if (this.at !== end) throw this.#broken(`${end - this.at} bytes too many`)
  }

  #skipHeaders(): void {
    const count = this.#varint()
    if (count < 0 || count > this.#end - this.at) throw this.#broken(`${count} headers`)
    for (let header = 0; header < count; header++) {
      if (!this.#skipNullable('header key')) throw this.#broken('a header without a key')
      this.#skipNullable('header value')
    }
  }

  /** @returns whether it is there */
  #skipNullable(what: string): boolean {
    const size = this.#varint()
    if (size < -1 || size > this.#end - this.at) throw this.#broken(`a ${what} of ${size} bytes`)
    if (size > 0) this.at += size
    return size >= 0
  }

  #varint(): number {
    const first = this.#byte()
    if (first < 0x80) return (first >>> 1) ^ -(first & 1)
    let value = first & 0x7f
    for (let shift = 7; shift < 35; shift += 7) {
      const byte = this.#byte()
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1)
    }
    throw this.#broken('a number of more than 5 bytes')
  }

  #varlong(): number {
    let value = 0
    let factor = 1
    for (let index = 0; index < 10; index++) {
      const byte = this.#byte()
      value += (byte & 0x7f) * factor
      if (byte < 0x80) {
        // Beyond 2^53 the sum is not exact, and no such timestamp can be kept.
        if (value > Number.MAX_SAFE_INTEGER) throw this.#broken('a timestamp beyond 2^53')
        return value % 2 === 0 ? value / 2 : -(value + 1) / 2
      }
      factor *= 128
    }
    throw this.#broken('a number of more than 10 bytes')
  }

  #byte(): number {
    if (this.at >= this.#end) throw this.#broken('an end within a number')
    return this.#bytes[this.at++]!
  }

  #broken(what: string): RafkaError {
    return invalid(`record ${this.#index} has ${what}, at byte ${this.at} of the records`)
  }
}

function invalid(message: string): RafkaError {
  return new RafkaError('INVALID_RECORD', message)
}
