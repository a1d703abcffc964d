import { isUtf8 } from 'node:buffer'
import { nearestName } from '../../config/nearest-name.ts'
import { type Header, RafkaError } from '../../src/index.ts'
import { decodeBase64 } from '../format/read/decode-base64.ts'
import type { JsonScanner } from '../json/json-scanner.ts'

const none: readonly Header[] = []
const fields = ['key', 'value', 'encoding']

/**
 * Reads `[{"key":"a","value":"1"},…]`, where names may repeat, or `{"a":"1"}`, from where the scanner stands.
 * @throws RafkaError `INVALID_ARGUMENT`
 */
export function headersOfJson(scanner: JsonScanner): readonly Header[] {
  const from = scanner.at
  scanner.value()
  // Most records have none.
  if (scanner.at - from <= 2) return none
  const text = scanner.bytes.subarray(from, scanner.at)
  if (!isUtf8(text)) throw wrong('it is not JSON: the headers are not UTF-8')
  const headers: unknown = JSON.parse(text.toString('utf8'))
  if (headers === null) return none
  if (typeof headers !== 'object') throw wrong('"headers" must be a list of { key, value }, or an object')
  if (Array.isArray(headers)) return headers.map(headerOf)
  return Object.entries(headers).map(([key, value]) => ({ key: checked(key), value: contentOf(value, undefined) }))
}

function headerOf(header: unknown): Header {
  if (typeof header !== 'object' || header === null) throw wrong('a header must be { key, value }')
  for (const name of Object.keys(header)) {
    if (fields.includes(name)) continue
    const near = nearestName(name, fields)
    throw wrong(`a header has no field ${JSON.stringify(name)}${near === undefined ? '' : `; did you mean "${near}"?`}`)
  }
  const { key, value, encoding } = header as { key?: unknown; value?: unknown; encoding?: unknown }
  if (typeof key !== 'string') throw wrong('the key of a header must be a string')
  return { key: checked(key), value: contentOf(value ?? null, encoding) }
}

function contentOf(value: unknown, encoding: unknown): Buffer | null {
  if (encoding !== undefined && encoding !== null && encoding !== 'base64') {
    throw wrong('the "encoding" of a header can only be "base64"')
  }
  if (value === null) return null
  if (typeof value !== 'string')
    throw wrong(`the value of a header must be a string or null, not ${JSON.stringify(value)}`)
  if (encoding !== 'base64') return Buffer.from(checked(value))
  const bytes = decodeBase64(value)
  if (bytes === undefined) throw wrong('the value of a header is not base64')
  return bytes
}

function checked(text: string): string {
  if (!/\p{Surrogate}/u.test(text)) return text
  throw wrong('half of a surrogate pair in a header is no character and has no bytes')
}

function wrong(problem: string): RafkaError {
  return new RafkaError('INVALID_ARGUMENT', problem)
}
