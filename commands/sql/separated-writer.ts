import type { SqlValue } from '../../src/index.ts'
import { escapeText } from '../output/escape-text.ts'
import type { OutputBuffer } from '../output/output-buffer.ts'
import type { ResultWriter } from './result-writer.ts'

/**
 * `csv`: a head and rows, cells in quotes where they need them; null is empty, empty text is `""`. `tsv`: tabs between cells, `\t`, `\n`,
 * `\r` and `\\` for what would be mistaken, `\N` for null. Bytes are `\x` and hexadecimal digits in both, as PostgreSQL has them.
 */
export class SeparatedWriter implements ResultWriter {
  readonly #cell: (value: SqlValue) => string
  readonly #separator: string
  readonly #shown: (line: string) => string
  #head: readonly string[] | undefined

  constructor(form: 'csv' | 'tsv', isTerminal: boolean) {
    this.#cell = form === 'csv' ? csvCell : tsvCell
    this.#separator = form === 'csv' ? ',' : '\t'
    // A tab is for a terminal to act on; it is what separates.
    this.#shown = isTerminal
      ? (text) =>
          text
            .split(/(\t|\n)/)
            .map(shownPart)
            .join('')
      : (text) => text
  }

  begin(columns: readonly string[]): void {
    this.#head = columns
  }

  row(row: readonly SqlValue[], out: OutputBuffer): void {
    this.#writeHead(out)
    this.#write(row, out)
  }

  end(out: OutputBuffer): void {
    this.#writeHead(out)
  }

  #writeHead(out: OutputBuffer): void {
    if (this.#head !== undefined) this.#write(this.#head, out)
    this.#head = undefined
  }

  #write(cells: readonly SqlValue[], out: OutputBuffer): void {
    out.text(this.#shown(`${cells.map(this.#cell).join(this.#separator)}\n`))
  }
}

function shownPart(part: string): string {
  return part === '\t' || part === '\n' ? part : escapeText(part)
}

function csvCell(value: SqlValue): string {
  if (value === null) return ''
  const text = plainText(value)
  return text === '' || /[",\n\r]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const escapes: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\\': '\\\\' }

function tsvCell(value: SqlValue): string {
  if (value === null) return '\\N'
  if (value instanceof Uint8Array) return plainText(value)
  return plainText(value).replace(/[\t\n\r\\]/g, (character) => escapes[character]!)
}

function plainText(value: Exclude<SqlValue, null>): string {
  if (!(value instanceof Uint8Array)) return String(value)
  return `\\x${Buffer.from(value.buffer, value.byteOffset, value.length).toString('hex')}`
}
