import type { SqlValue } from '../../src/index.ts'
import { jsonText } from '../output/escape-text.ts'
import type { OutputBuffer } from '../output/output-buffer.ts'
import type { ResultWriter } from './result-writer.ts'

/**
 * Each result as an array: on one line, on a terminal with a line for each row; or, for `jsonl`, rows alone, each on a line. Bytes are base64, with a field NAME_encoding beside them,
 * as `consume -f json` has them.
 */
export class JsonWriter implements ResultWriter {
  readonly #lines: boolean
  readonly #separator: string
  #columns: readonly string[] = []
  #rows = 0

  constructor(form: 'json' | 'jsonl', isTerminal: boolean) {
    this.#lines = form === 'jsonl'
    this.#separator = isTerminal ? ',\n' : ','
  }

  begin(columns: readonly string[]): void {
    this.#columns = columns
    this.#rows = 0
  }

  row(row: readonly SqlValue[], out: OutputBuffer): void {
    const fields = row.map((value, at) => fieldText(this.#columns[at]!, value))
    if (!this.#lines) out.text(this.#rows === 0 ? '[' : this.#separator)
    out.text(`{${fields.join(',')}}`)
    if (this.#lines) out.text('\n')
    this.#rows++
  }

  end(out: OutputBuffer): void {
    if (!this.#lines) out.text(this.#rows === 0 ? '[]\n' : ']\n')
  }
}

function fieldText(name: string, value: SqlValue): string {
  if (!(value instanceof Uint8Array)) return `${jsonText(name)}:${valueText(value)}`
  const base64 = jsonText(Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64'))
  return `${jsonText(name)}:${base64},${jsonText(`${name}_encoding`)}:"base64"`
}

function valueText(value: Exclude<SqlValue, Uint8Array>): string {
  if (typeof value === 'bigint') return String(value)
  // JSON has no infinity; this is read as one.
  if (value === Number.POSITIVE_INFINITY) return '1e999'
  return value === Number.NEGATIVE_INFINITY ? '-1e999' : jsonText(value)
}
