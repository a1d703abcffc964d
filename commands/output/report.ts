import type { PaintName } from './paint.ts'

/** A count that is not more than this: people see `~57`. */
interface Estimate {
  readonly about: number
}

/** A value as it is, before anything makes it readable. null: unknown, or does not apply. */
export type Cell = string | number | boolean | null | Estimate

/** What a column holds, which decides how people read it: `count` 1,234 · `size` 8.1 KiB of bytes · `time` of ms since 1970. */
export type CellKind = 'text' | 'number' | 'count' | 'size' | 'time'

/** One column of a table. */
export interface Column {
  readonly title: string
  /** Default `text`. */
  readonly kind?: CellKind
  /** Only with `--format wide`, and in tsv. */
  readonly wide?: boolean
  /** Left out first where a terminal is too narrow for all. */
  readonly optional?: boolean
  /** Left out last: what people look for. */
  readonly vital?: boolean
}

/** Rows of cells under columns. */
export interface Table {
  readonly columns: readonly Column[]
  readonly rows: ReadonlyArray<readonly Cell[]>
  /** Names in the first column differ in their middle alone: on a narrow terminal the rest of a row stands below it. */
  readonly stacks?: boolean
}

/** What a table below is about, and facts about it: on a line of their own where a terminal is too narrow for both. */
export interface Heading {
  readonly heading: string
  readonly facts: string
}

/** A line of text, in a colour where it says something. */
export type Line = string | Heading | { readonly text: string; readonly paint: PaintName }

/** Something that went wrong with one of many. */
export interface Problem {
  readonly message: string
  readonly hint?: string | undefined
}

/** What a command found or did: the same for people and for programs. */
export interface Report<Document = unknown> {
  /** What `json` and `yaml` print. */
  readonly document: Document
  /** One flat table: all of `tsv`, and what people see unless `view` says otherwise. */
  readonly table: Table
  /** What people see: lines of text, and tables. */
  readonly view?: ReadonlyArray<Line | Table> | undefined
  /** Goes through a pager where a terminal has too few rows. */
  readonly paged?: boolean | undefined
  /** A line on stderr for a person, for instance why the table is empty. */
  readonly note?: string | undefined
  /** On stderr, where the document is not printed. */
  readonly problems?: readonly Problem[] | undefined
  /** Default 0. */
  readonly exitCode?: number | undefined
}

/** Rows without end, or too many to hold: a line of JSON for each. */
export interface RowStream<Document = unknown> {
  readonly columns: readonly Column[]
  readonly rows: AsyncIterable<{ readonly document: Document; readonly cells: readonly Cell[] }>
  /** A line on stderr for a person where there is no row. */
  readonly emptyNote?: string | undefined
  /** Asked when the rows have ended. Default 0. */
  readonly exitCode?: (() => number) | undefined
}

/** Reports that follow each other: the next takes the place of the one before. */
export interface LiveReports<Document = unknown> {
  /** Ends when `stop` fires, without an error. */
  readonly reports: (stop: AbortSignal) => AsyncIterable<Report<Document>>
}

/** The note of a report that only tells what would be. */
export const nothingChanged = 'nothing was changed: --dry-run'

/** A column for `tableOf`: where in a row its cell stands. */
export interface RowColumn<Row> extends Column {
  readonly cell: (row: Row) => Cell
}

/** A table of the rows of a document. */
export function tableOf<Row>(
  rows: readonly Row[],
  columns: ReadonlyArray<RowColumn<Row>>,
  { stacks = false }: Pick<Table, 'stacks'> = {},
): Table {
  return { columns, rows: rows.map((row) => columns.map(({ cell }) => cell(row))), stacks }
}
