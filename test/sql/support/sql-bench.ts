import { afterAll, beforeAll } from 'vitest'
import { type EmbeddedRafka, type OutgoingMessage, open, openSql, type Sql, type SqlValue } from '../../../src/index.ts'

/** What a script gave: of each statement its columns and rows. */
interface Given {
  readonly columns: readonly string[]
  readonly rows: SqlValue[][]
}

/** A broker in memory and SQL over it, for all tests of a file. */
export class SqlBench {
  rafka!: EmbeddedRafka
  sql!: Sql
  #topics = 0

  async open(): Promise<void> {
    this.rafka = await open({ storage: { type: 'memory' } })
    this.sql = await openSql(this.rafka)
  }

  async close(): Promise<void> {
    await this.sql.close()
    await this.rafka.close()
  }

  /** Creates a topic; without a name, one that is like no other. */
  async topic(name = `topic_${this.#topics++}`, partitions = 1, configs: Record<string, string> = {}): Promise<string> {
    const [created] = await this.rafka.admin().createTopics([{ name, partitions, configs }])
    if (created?.error != null) throw new Error(created.error.message)
    return name
  }

  async send(topic: string, messages: ReadonlyArray<Omit<OutgoingMessage, 'topic'>>): Promise<void> {
    await using producer = this.rafka.producer()
    await producer.sendAll(messages.map((message) => ({ topic, ...message })))
  }

  async runAll(script: string): Promise<Given[]> {
    const results: Given[] = []
    for await (const { columns, rows } of this.sql.run(script)) {
      const all: SqlValue[][] = []
      for await (const bunch of rows) all.push(...bunch.map((row) => [...row]))
      results.push({ columns, rows: all })
    }
    return results
  }

  /** Rows of the one statement. */
  async rows(statement: string): Promise<SqlValue[][]> {
    const [given] = await this.runAll(statement)
    return given?.rows ?? []
  }
}

/** Opens a bench before the tests of a file. */
export function useSqlBench(): SqlBench {
  const bench = new SqlBench()
  beforeAll(() => bench.open())
  afterAll(() => bench.close())
  return bench
}
