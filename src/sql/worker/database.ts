import type BetterSqlite3 from 'better-sqlite3'
import { Sqlite } from '../../core/sqlite-package.ts'
import { type TopicColumn, topicColumns } from '../page.ts'
import type { SqlValue } from '../sql-value.ts'
import { isoTime, millisecondsOf } from './time-functions.ts'

export type Database = BetterSqlite3.Database
export type PreparedStatement = BetterSqlite3.Statement<[], SqlValue[]>

/** Gives the rows of a topic, in the order of `topicColumns`. */
export type ReadTopic = (topic: string) => Iterable<SqlValue[]>

const PAGE_BYTES = 4096
const MODULE = 'rafka_topic'

const systemTables = `
  attach ':memory:' as rafka;
  create table rafka.topics (name text, topic_id text, internal integer, partitions integer, replicas integer, records integer);
  create table rafka.partitions (topic text, partition integer, leader integer, leader_epoch integer, replicas text, isr text,
    start_offset integer, end_offset integer, records integer);
  create table rafka.configs (type text, resource text, name text, value text, source text, is_default integer, read_only integer,
    sensitive integer);
  create table rafka.groups (group_id text, state text, type text, protocol_type text, assignor text, coordinator integer,
    members integer);
  create table rafka.committed_offsets (group_id text, topic text, partition integer, offset integer, metadata text,
    end_offset integer, lag integer);
`

/** A database in memory that knows topics as tables. The clock of `now()` stands still for a statement. */
export class TopicDatabase {
  readonly #database: Database
  #nowMs = 0

  /** `maxTemporaryBytes`: of the copies of topics that a join needs, in a temporary file that is gone when it is closed. */
  constructor(read: ReadTopic, maxTemporaryBytes: number) {
    const database = new Sqlite(':memory:')
    database.exec(systemTables)
    database.pragma('temp_store = file')
    database.pragma(`temp.max_page_count = ${Math.max(1, Math.floor(maxTemporaryBytes / PAGE_BYTES))}`)
    database.function('now', { deterministic: true }, () => BigInt(this.#nowMs))
    database.function('iso', { deterministic: true }, isoTime)
    database.function('ms', { deterministic: true }, millisecondsOf)
    database.table(MODULE, function (this: { table: string }) {
      const topic = this.table
      return {
        columns: [...topicColumns],
        *rows() {
          yield* read(topic)
        },
      }
    } as never)
    this.#database = database
  }

  set nowMs(value: number) {
    this.#nowMs = value
  }

  /** A topic's table is there until the next call. */
  setTopics(topics: readonly string[]): void {
    for (const name of this.#namesIn('main')) this.#database.exec(`drop table main.${quoted(name)}`)
    for (const topic of topics) this.#database.exec(`create virtual table main.${quoted(topic)} using ${MODULE}`)
  }

  /** Replaces what a table of the cluster holds. */
  setSystemTable(name: string, rows: ReadonlyArray<readonly SqlValue[]>): void {
    this.#database.exec(`delete from rafka.${quoted(name)}`)
    const [first] = rows
    if (first === undefined) return
    const insert = this.#database.prepare(
      `insert into rafka.${quoted(name)} values (${first.map(() => '?').join(', ')})`,
    )
    this.#database.transaction(() => {
      for (const row of rows) insert.run(...row)
    })()
  }

  /** Copies a topic into a table that stands before the topic's own. Columns that nobody looks at are null: a statement may still name them. */
  copyTopic(topic: string, used: readonly TopicColumn[]): void {
    const list = topicColumns.map((name) => `${used.includes(name) ? quoted(name) : 'null'} as ${quoted(name)}`)
    this.#database.exec(`create temp table ${quoted(topic)} as select ${list.join(', ')} from main.${quoted(topic)}`)
  }

  dropCopies(): void {
    for (const name of this.#namesIn('temp')) this.#database.exec(`drop table temp.${quoted(name)}`)
  }

  /** @throws SqliteError */
  prepare(sql: string): PreparedStatement {
    return this.#database.prepare<[], SqlValue[]>(sql)
  }

  /** The one value that an expression without columns has; undefined when it cannot be computed. */
  evaluate(expression: string): unknown {
    try {
      return this.#database.prepare(`select ${expression}`).safeIntegers().pluck().get()
    } catch {
      return undefined
    }
  }

  /** The rows of `explain` or `explain query plan`. */
  explain(sql: string): Array<Record<string, unknown>> {
    return this.#database.prepare<[], Record<string, unknown>>(sql).all()
  }

  #namesIn(schema: 'main' | 'temp'): string[] {
    const list = `select name from ${schema}.sqlite_schema where type = 'table'`
    return this.#database.prepare<[], string>(list).pluck().all()
  }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
