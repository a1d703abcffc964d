import { isUtf8 } from 'node:buffer'
import { nearestName } from '../../config/nearest-name.ts'
import { type OutgoingMessage, RafkaError } from '../../src/index.ts'

/** What of a record's place is taken over; the rest is decided anew. */
export interface Keep {
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

type Fields = { readonly [F in (typeof fields)[number]]?: unknown }

/**
 * The message that a line of `consume -f json` stands for. `value` is needed, null is a tombstone; a field that is not known is an error, so
 * that a typing error cannot lose data.
 * @throws RafkaError `INVALID_ARGUMENT`
 */
export function messageOfJson(line: Buffer, topic: string, keep: Keep): OutgoingMessage {
  const record = readObject(line)
  if (!Object.hasOwn(record, 'value')) throw wrong('"value" is missing; null makes a tombstone')
  return {
    topic,
    key: readBytes(record.key ?? null, record.key_encoding, 'key'),
    value: readBytes(record.value, record.value_encoding, 'value'),
    headers: readHeaders(record.headers),
    partition: keep.partition ? readInteger(record.partition, 'partition') : undefined,
    timestamp: keep.timestamp ? readInteger(record.timestamp, 'timestamp') : undefined,
  }
}

function readObject(line: Buffer): Fields {
  if (!isUtf8(line)) throw wrong('it is not UTF-8')
  let record: unknown
  try {
    record = JSON.parse(line.toString('utf8'))
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error))
  }
  if (typeof record !== 'object' || record === null || Array.isArray(record)) throw wrong('it is not a JSON object')
  checkFields(record, fields)
  return record
}

function checkFields(object: object, known: readonly string[]): void {
  for (const name of Object.keys(object)) {
    if (known.includes(name)) continue
    const near = nearestName(name, known)
    throw wrong(`unknown field "${name}"${near === undefined ? '' : `; did you mean "${near}"?`}`)
  }
}

function readBytes(value: unknown, encoding: unknown, name: string): Buffer | null {
  if (encoding !== undefined && encoding !== 'base64') throw wrong(`"${name}_encoding" can only be "base64"`)
  if (value === null) return null
  if (typeof value !== 'string') throw wrong(`"${name}" must be a string or null, not ${JSON.stringify(value)}`)
  if (encoding === undefined) return Buffer.from(value, 'utf8')
  const bytes = Buffer.from(value, 'base64')
  // Node skips what is not base64; what does not come back the same was not.
  if (bytes.toString('base64').replace(/=+$/, '') !== value.replace(/=+$/, '')) throw wrong(`"${name}" is not base64`)
  return bytes
}

function readHeaders(headers: unknown): NonNullable<OutgoingMessage['headers']> {
  if (headers === undefined || headers === null) return []
  if (typeof headers !== 'object') throw wrong('"headers" must be a list of { key, value }, or an object')
  if (!Array.isArray(headers)) {
    return Object.entries(headers).map(([key, value]) => ({ key, value: readBytes(value, undefined, 'headers') }))
  }
  return headers.map((header: unknown) => {
    if (typeof header !== 'object' || header === null) throw wrong('a header must be { key, value }')
    checkFields(header, ['key', 'value', 'encoding'])
    const { key, value, encoding } = header as { key?: unknown; value?: unknown; encoding?: unknown }
    if (typeof key !== 'string') throw wrong('the key of a header must be a string')
    return { key, value: readBytes(value ?? null, encoding, 'value') }
  })
}

function readInteger(value: unknown, name: string): number | undefined {
  if (value === undefined || value === null) return undefined
  if (Number.isSafeInteger(value)) return Number(value)
  throw wrong(`"${name}" must be a whole number, not ${JSON.stringify(value)}`)
}

function wrong(problem: string): RafkaError {
  return new RafkaError('INVALID_ARGUMENT', problem)
}
