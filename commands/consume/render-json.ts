import { isUtf8 } from 'node:buffer'
import { jsonText } from '../output/escape-text.ts'
import { keyBytes, type RecordRenderer, valueBytes } from './record-renderer.ts'

/**
 * One JSON object per line that holds all of a record, so that `produce -f json` makes the same one of it. Keys, values and values of
 * headers are strings where they are UTF-8, else base64 with an `…encoding` beside them; null where they are null.
 */
export const renderJson: RecordRenderer = (record, { topic, partition }, out) => {
  const key = bytesInJson(keyBytes(record))
  const value = bytesInJson(valueBytes(record))
  const object = {
    topic,
    partition,
    offset: record.offset,
    timestamp: record.timestamp,
    timestamp_type: record.timestampType,
    key: key.shown,
    ...(key.encoded ? { key_encoding: 'base64' } : {}),
    value: value.shown,
    ...(value.encoded ? { value_encoding: 'base64' } : {}),
    headers: record.headerCount === 0 ? [] : record.headers().map(headerInJson),
  }
  out.text(`${jsonText(object)}\n`)
}

function headerInJson(header: { readonly key: string; readonly value: Buffer | null }): object {
  const { shown, encoded } = bytesInJson(header.value)
  return { key: header.key, value: shown, ...(encoded ? { encoding: 'base64' } : {}) }
}

function bytesInJson(bytes: Buffer | null): { shown: string | null; encoded: boolean } {
  if (bytes === null) return { shown: null, encoded: false }
  return isUtf8(bytes)
    ? { shown: bytes.toString('utf8'), encoded: false }
    : { shown: bytes.toString('base64'), encoded: true }
}
