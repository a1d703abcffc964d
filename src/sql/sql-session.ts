import type { TopicDescription } from '../core/admin.ts'
import { RafkaError } from '../core/errors.ts'
import type { Rafka } from '../core/rafka.ts'
import { RunningStatement } from './running-statement.ts'
import type { FetchLimits } from './scan.ts'
import { failureError, refusal } from './sql-error.ts'
import type { SqlValue } from './sql-value.ts'
import { fillTables, systemTables } from './system-tables.ts'
import { refusedPart, type Statement, splitStatements } from './text/statements.ts'
import { foldCase, type Token } from './text/tokens.ts'
import { type Extent, topicExtents } from './topic-extents.ts'
import { WorkerThread } from './worker-thread.ts'

export interface SqlOptions extends FetchLimits {
  /** Bytes of the copies of topics that joins need, in a temporary file, at most; default 4 GiB. */
  readonly maxTemporaryBytes?: number | undefined
}

/** What one statement gives. */
export interface SqlResult {
  /** The statement as written. */
  readonly sql: string
  /** Names of the columns. */
  readonly columns: readonly string[]
  /** The rows, in bunches, as they are found. They end where the next result is asked for. */
  readonly rows: AsyncIterable<ReadonlyArray<readonly SqlValue[]>>
}

/** SQL over topics. Made by `openSql`. */
export interface Sql extends AsyncDisposable {
  /**
   * Runs the statements of a script one after the other: `;` stands between them. A topic is a table; what SQLite knows beside that is in its
   * documentation. Nothing is changed: a statement that would is refused.
   * @throws RafkaError `INVALID_ARGUMENT` pointing at the place; `UNKNOWN_TOPIC_OR_PARTITION`; `CANCELLED` when the signal fires
   */
  run(script: string, options?: { readonly signal?: AbortSignal | undefined }): AsyncIterable<SqlResult>
  /** A statement that was ended goes on computing, in a thread that keeps the process from ending by itself. */
  readonly stuck: boolean
  close(): Promise<void>
}

const DEFAULT_MAX_TEMPORARY_BYTES = 4 * 2 ** 30

/** SQL over the topics of one client. The thread of SQLite starts with the first statement. */
export class SqlSession implements Sql {
  readonly #rafka: Rafka
  readonly #options: SqlOptions
  #thread: WorkerThread | undefined
  #runs = 0
  #busy = false
  #stuck = false

  constructor(rafka: Rafka, options: SqlOptions) {
    this.#rafka = rafka
    this.#options = options
  }

  get stuck(): boolean {
    return this.#stuck
  }

  async *run(script: string, { signal }: { signal?: AbortSignal | undefined } = {}): AsyncIterable<SqlResult> {
    const statements = splitStatements(script)
    for (const statement of statements) {
      const refused = refusedPart(statement)
      if (refused !== undefined) throw refusal(statement, refused)
    }
    for (const statement of statements) yield* this.#runOne(statement, signal)
  }

  async close(): Promise<void> {
    const thread = this.#thread
    this.#thread = undefined
    if (thread !== undefined && !(await thread.close())) this.#stuck = true
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async *#runOne(statement: Statement, signal: AbortSignal | undefined): AsyncIterable<SqlResult> {
    if (this.#busy) throw new RafkaError('INVALID_ARGUMENT', 'a statement is still running: its rows come first')
    this.#busy = true
    try {
      throwIfCancelled(signal)
      if (this.#thread?.ended === true) this.#thread = undefined
      this.#thread ??= new WorkerThread(this.#options.maxTemporaryBytes ?? DEFAULT_MAX_TEMPORARY_BYTES)
      const topics = await this.#rafka.admin().listTopics()
      const running = await this.#start(this.#thread, statement, topics)
      let stopping: Promise<void> | undefined
      const stop = () => {
        stopping ??= this.#stop(running)
        return stopping
      }
      const cancel = () => void stop()
      signal?.addEventListener('abort', cancel)
      try {
        throwIfCancelled(signal)
        const names = topics.map(({ name }) => name)
        const columns = await running.columns()
        if (columns !== undefined) yield { sql: statement.sql, columns, rows: rowsOf(running) }
        // Rows that nobody wanted, and the error behind them, are of no interest any more.
        throwIfCancelled(signal)
        const failed = running.failure
        if (failed !== undefined) throw failed.scanError ?? failureError(statement, failed.failure, names)
      } finally {
        signal?.removeEventListener('abort', cancel)
        await stop()
      }
    } finally {
      this.#busy = false
    }
  }

  async #start(
    thread: WorkerThread,
    { tokens, sql }: Statement,
    all: readonly TopicDescription[],
  ): Promise<RunningStatement> {
    const admin = this.#rafka.admin()
    const topics = mentionedTopics(tokens, all)
    const tables = [...systemTables.keys()].filter((name) => tokens.some(({ value }) => foldCase(value) === name))
    const [extents, filled] = await Promise.all([topicExtents(admin, topics), fillTables(admin, tables, all)])
    this.#runs++
    const run = {
      type: 'run',
      run: this.#runs,
      sql,
      topics: topics.map(({ name }) => ({ name, records: recordsIn(extents.get(name) ?? []) })),
      tables: filled,
      nowMs: Date.now(),
    } as const
    return new RunningStatement(thread, this.#rafka, run, extents, this.#options)
  }

  /** A thread that does not come to an end is left to itself: the next statement gets another. */
  async #stop(running: RunningStatement): Promise<void> {
    if (!(await running.stop())) await this.close()
  }
}

function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new RafkaError('CANCELLED', 'the statement was ended before it was done')
}

async function* rowsOf(running: RunningStatement): AsyncIterable<SqlValue[][]> {
  for (;;) {
    const rows = await running.nextRows()
    if (rows === undefined) return
    yield rows
  }
}

/** Topics whose names stand in the statement. @throws RafkaError `INVALID_ARGUMENT` for two that SQL cannot tell apart */
function mentionedTopics(tokens: readonly Token[], all: readonly TopicDescription[]): TopicDescription[] {
  const exact = new Set(tokens.map((token) => (token.kind === 'word' ? token.text : token.value)))
  const folded = new Set([...exact].map(foldCase))
  const mentioned = new Map<string, TopicDescription[]>()
  for (const topic of all.filter(({ name }) => folded.has(foldCase(name)))) {
    const same = mentioned.get(foldCase(topic.name)) ?? []
    mentioned.set(foldCase(topic.name), [...same, topic])
  }
  return [...mentioned.values()].map((same) => {
    const meant = same.length === 1 ? same : same.filter(({ name }) => exact.has(name))
    if (meant.length === 1) return meant[0]!
    const names = same.map(({ name }) => `"${name}"`).join(' and ')
    throw new RafkaError('INVALID_ARGUMENT', `SQL cannot tell the topics ${names} apart; write one as it is called`)
  })
}

function recordsIn(extents: readonly Extent[]): number {
  return extents.reduce((sum, { start, end }) => sum + end - start, 0)
}
