import type { Failure, ToWorker } from '../messages.ts'
import type { TopicColumn } from '../page.ts'
import type { SqlValue } from '../sql-value.ts'
import { type Edge, edgeOf } from '../text/edge-of-topic.ts'
import { aliasesOf, type Range, rangesOf } from '../text/table-ranges.ts'
import { foldCase, type Token, tokenize } from '../text/tokens.ts'
import { TopicDatabase } from './database.ts'
import { errorPlace } from './error-place.ts'
import { type Inbox, Interrupted } from './inbox.ts'
import { emptyRow, pageRows } from './page-rows.ts'
import { repeatedScans, usedColumns } from './query-plan.ts'
import { RowSender } from './row-sender.ts'

type Run = Extract<ToWorker, { type: 'run' }>

/** Runs statements, one after the other, on the rows that the other thread brings. */
export class StatementRunner {
  readonly #inbox: Inbox
  readonly #database: TopicDatabase
  #scans = 0
  #sender: RowSender
  #columns: readonly TopicColumn[] = []
  #ranges = new Map<string, readonly Range[]>()
  #edges = new Map<string, Edge | undefined>()

  constructor(inbox: Inbox, maxTemporaryBytes: number) {
    this.#inbox = inbox
    this.#sender = new RowSender(inbox)
    this.#database = new TopicDatabase((topic) => this.#read(topic), maxTemporaryBytes)
  }

  /** Runs one statement to its end, and tells of that. */
  run(run: Run): void {
    const tokens = tokenize(run.sql)
    try {
      this.#prepareTables(run, tokens)
      this.#execute(run, tokens)
      this.#inbox.send({ type: 'done' })
    } catch (error) {
      this.#inbox.send({ type: 'failed', failure: this.#failureOf(error, run.sql, tokens) })
    } finally {
      this.#database.dropCopies()
    }
  }

  #prepareTables({ topics, tables, nowMs }: Run, tokens: readonly Token[]): void {
    this.#database.nowMs = nowMs
    this.#database.setTopics(topics.map(({ name }) => name))
    for (const { name, rows } of tables) this.#database.setSystemTable(name, rows)
    const evaluate = (expression: readonly Token[]) => this.#evaluate(expression)
    this.#ranges = new Map(topics.map(({ name }) => [name, rangesOf(tokens, name, evaluate)]))
    this.#edges = new Map(topics.map(({ name }) => [name, edgeOf(tokens, name, evaluate)]))
  }

  #evaluate(expression: readonly Token[]): number | null | undefined {
    const value = this.#database.evaluate(expression.map(({ text }) => text).join(' '))
    if (typeof value === 'bigint') return Number(value)
    return typeof value === 'number' || value === null ? value : undefined
  }

  #execute({ sql, topics }: Run, tokens: readonly Token[]): void {
    let statement = this.#database.prepare(sql)
    if (!statement.reader || !statement.readonly) throw new Refused()
    if (tokens[0]?.value !== 'explain' && topics.length > 0) {
      this.#columns = usedColumns(this.#database.explain(`explain ${sql}`))
      if (this.#copyRepeated(sql, topics, tokens)) statement = this.#database.prepare(sql)
    }
    this.#inbox.send({ type: 'columns', names: statement.columns().map(({ name }) => name) })
    this.#sender = new RowSender(this.#inbox)
    for (const row of statement.raw().safeIntegers().iterate()) this.#sender.add(row)
    this.#sender.flush()
  }

  /** Copies the smaller topics of a join, so that none is read again for each row of another. @returns whether there were any */
  #copyRepeated(sql: string, topics: Run['topics'], tokens: readonly Token[]): boolean {
    const left = topics.toSorted((a, b) => a.records - b.records).map(({ name }) => name)
    for (;;) {
      const repeated = repeatedScans(this.#database.explain(`explain query plan ${sql}`))
        .flat()
        .map(foldCase)
      if (repeated.length === 0 || left.length === 0) return left.length < topics.length
      const at = left.findIndex((name) => aliasesOf(tokens, name).some((alias) => repeated.includes(alias)))
      const [topic] = left.splice(Math.max(0, at), 1)
      this.#database.copyTopic(topic!, this.#columns)
    }
  }

  *#read(topic: string): Iterable<SqlValue[]> {
    const scan = this.#scans++
    const columns = this.#columns
    const [ranges, edge] = [this.#ranges.get(topic) ?? [], this.#edges.get(topic)]
    this.#inbox.send({ type: 'scan', scan, request: { topic, columns, ranges, edge } })
    const row = emptyRow(topic)
    for (;;) {
      this.#sender.flushOld()
      const page = this.#inbox.nextPage(scan)
      if (page === undefined) return
      this.#inbox.send({ type: 'page-taken', scan })
      yield* pageRows(page, columns, row)
    }
  }

  #failureOf(error: unknown, sql: string, tokens: readonly Token[]): Failure {
    const message = error instanceof Error ? error.message : String(error)
    if (error instanceof Interrupted) return { kind: error.kind, message }
    if (error instanceof Refused) return { kind: 'refused', message }
    const code = (error as { code?: unknown }).code
    if (code === 'SQLITE_FULL') return { kind: 'too-large', message }
    const isOfSqlite = typeof code === 'string' && code.startsWith('SQLITE_')
    const isOfBinding = error instanceof RangeError || error instanceof TypeError
    if (!isOfSqlite && !isOfBinding) return { kind: 'unexpected', message }
    return { kind: 'sql', message, place: errorPlace(this.#database, sql, tokens, message) }
  }
}

class Refused extends Error {}
