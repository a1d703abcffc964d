import type { SqlValue } from '../../src/index.ts'
import type { OutputBuffer } from '../output/output-buffer.ts'

/** Writes one result after the other: `begin`, then rows as they come, then `end`. */
export interface ResultWriter {
  begin(columns: readonly string[]): void
  row(row: readonly SqlValue[], out: OutputBuffer): void
  /** Also where rows are missing, because the statement failed or was ended. */
  end(out: OutputBuffer): void
}

/** The forms of `rafka sql`. */
export const resultForms = ['table', 'json', 'jsonl', 'csv', 'tsv'] as const

export type ResultForm = (typeof resultForms)[number]
