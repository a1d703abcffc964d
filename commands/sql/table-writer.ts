import type { SqlValue } from '../../src/index.ts'
import { escapeBytes, escapeText } from '../output/escape-text.ts'
import type { OutputBuffer } from '../output/output-buffer.ts'
import type { Column } from '../output/report.ts'
import { aligned, fitted, GAP } from '../output/table.ts'
import { cutToWidth } from '../output/text-width.ts'
import type { ResultWriter } from './result-writer.ts'

/** Rows by which the columns get their width; those behind them are not waited for. */
const SAMPLED_ROWS = 1000

/** A table with a head. On a terminal it is cut to its width, elsewhere nothing is ever cut. */
export class TableWriter implements ResultWriter {
  readonly #width: number | undefined
  readonly #paintHead: (line: string) => string
  #titles: readonly string[] = []
  #sample: Array<readonly SqlValue[]> = []
  #columns: readonly Column[] | undefined
  #widths: readonly number[] = []
  #results = 0

  constructor(width: number | undefined, paintHead: (line: string) => string) {
    this.#width = width
    this.#paintHead = paintHead
  }

  begin(columns: readonly string[]): void {
    this.#titles = columns.map(escapeText)
    this.#columns = undefined
    this.#sample = []
  }

  row(row: readonly SqlValue[], out: OutputBuffer): void {
    if (this.#columns !== undefined) {
      this.#line(row.map(shown), this.#columns, out)
      return
    }
    this.#sample.push(row)
    if (this.#sample.length >= SAMPLED_ROWS) this.#writeSample(out)
  }

  end(out: OutputBuffer): void {
    if (this.#columns === undefined) this.#writeSample(out)
  }

  #writeSample(out: OutputBuffer): void {
    const columns: Column[] = this.#titles.map((title, at) =>
      this.#sample.length > 0 && this.#sample.every((row) => isNumber(row[at]!))
        ? { title, kind: 'number' }
        : { title },
    )
    const rows = this.#sample.map((row) => row.map(shown))
    this.#columns = columns
    this.#widths = fitted(columns, rows, this.#width, { titles: true })
    this.#sample = []
    if (this.#results++ > 0) out.text('\n')
    this.#line(this.#titles, columns, out, this.#paintHead)
    for (const row of rows) this.#line(row, columns, out)
  }

  #line(cells: readonly string[], columns: readonly Column[], out: OutputBuffer, paint = (line: string) => line): void {
    const padded = cells.map((cell, at) => {
      const text = this.#width === undefined ? cell : cutToWidth(cell, this.#widths[at]!)
      return aligned(text, this.#widths[at]!, columns[at]!.kind)
    })
    const line = padded.join(GAP).trimEnd()
    out.text(`${paint(this.#width === undefined ? line : cutToWidth(line, this.#width))}\n`)
  }
}

function isNumber(value: SqlValue): boolean {
  return value === null || typeof value === 'number' || typeof value === 'bigint'
}

function shown(value: SqlValue): string {
  if (value === null) return 'NULL'
  if (value instanceof Uint8Array) return escapeBytes(Buffer.from(value.buffer, value.byteOffset, value.length))
  return escapeText(String(value))
}
