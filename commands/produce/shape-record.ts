import { RafkaError } from '../../src/index.ts'
import type { InputRecord, RecordParser } from '../format/read/input-record.ts'
import { Scratch } from '../format/read/scratch.ts'
import { JsonFinder } from '../json/find-in-json.ts'
import type { PathStep } from '../json/json-path.ts'
import { unescapeJson } from '../json/unescape-json.ts'

/** How the flags change a record that was read. */
export interface RecordShape {
  /** The key of every record. */
  readonly key?: Buffer | undefined
  /** The key is what this leads to in the value, which is JSON. */
  readonly keyFrom?: readonly PathStep[] | undefined
  /** An empty value is a null one. */
  readonly tombstones?: boolean | undefined
  /** The time of every record, in ms. */
  readonly timestamp?: number | undefined
}

/** Changes a record. @throws RafkaError `INVALID_ARGUMENT` about this record */
export type RecordChange = (record: InputRecord) => void

/** The changes that the flags ask for; undefined: none. */
export function shapeRecord({ key, keyFrom, tombstones, timestamp }: RecordShape): RecordChange | undefined {
  const changes: RecordChange[] = []
  if (keyFrom !== undefined) changes.push(keyFromValue(keyFrom))
  if (tombstones === true) changes.push(emptyIsNull)
  if (key !== undefined) changes.push(fixedKey(key))
  if (timestamp !== undefined) changes.push(fixedTimestamp(timestamp))
  const [first, ...others] = changes
  if (others.length === 0) return first
  return (record) => {
    for (const change of changes) change(record)
  }
}

const emptyIsNull: RecordChange = (record) => {
  if (record.valueEnd === record.valueStart) record.valueStart = -1
}

function fixedTimestamp(timestamp: number): RecordChange {
  return (record) => {
    record.timestamp = timestamp
  }
}

function fixedKey(key: Buffer): RecordChange {
  return (record) => {
    record.keySource = key
    record.keyStart = 0
    record.keyEnd = key.length
  }
}

/** A string without escapes is taken where it stands in the value; a number, an object or a list is the key as it is written; null is null. */
function keyFromValue(path: readonly PathStep[]): RecordChange {
  const finder = new JsonFinder(path)
  const scratch = new Scratch()
  const shown = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('')
  return (record) => {
    if (record.valueStart < 0) throw new RafkaError('INVALID_ARGUMENT', `no ${shown || '.'} in a value that is null`)
    const kind = finder.find(record.valueSource, record.valueStart, record.valueEnd)
    if (kind === 'missing') throw new RafkaError('INVALID_ARGUMENT', `no ${shown} in the value`)
    record.keyStart = -1
    if (kind === 'null') return
    record.keySource = record.valueSource
    record.keyStart = finder.start
    record.keyEnd = finder.end
    if (!finder.escaped) return
    record.keySource = scratch.room(finder.end - finder.start)
    record.keyEnd = unescapeJson(record.valueSource, finder.start, finder.end, record.keySource, 0)
    record.keyStart = 0
  }
}

/** Key and value stand on either side of a delimiter. */
export function keyedParser(delimiter: Buffer): RecordParser {
  const byte = delimiter.length === 1 ? delimiter[0]! : -1
  const shown = JSON.stringify(delimiter.toString())
  return (source, start, end, record) => {
    const at = byte >= 0 ? indexOfByte(source, byte, start, end) : indexOfBytes(source, delimiter, start, end)
    if (at === -1) throw new RafkaError('INVALID_ARGUMENT', `no key delimiter ${shown} found`)
    record.keySource = source
    record.keyStart = start
    record.keyEnd = at
    record.valueSource = source
    record.valueStart = at + delimiter.length
    record.valueEnd = end
  }
}

/** Most keys are short: looking at a few bytes costs less than a call into native code. */
const NEAR_BYTES = 48

function indexOfByte(source: Buffer, byte: number, start: number, end: number): number {
  let at = start
  const near = Math.min(start + NEAR_BYTES, end)
  for (; at < near; at++) if (source[at] === byte) return at
  if (at >= end) return -1
  const found = source.subarray(at, end).indexOf(byte)
  return found === -1 ? -1 : at + found
}

function indexOfBytes(source: Buffer, delimiter: Buffer, start: number, end: number): number {
  const found = source.subarray(start, end).indexOf(delimiter)
  return found === -1 ? -1 : start + found
}
