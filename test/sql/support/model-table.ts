import { Sqlite } from '../../../src/core/sqlite-package.ts'
import type { Rafka, SqlValue } from '../../../src/index.ts'

const columns = ['topic', 'partition', 'offset', 'timestamp', 'key', 'value'] as const

/** Ordinary tables of SQLite with the same records: what a statement should give. */
export class ModelTables {
  readonly #database = new Sqlite(':memory:')

  /** Takes over all that a topic holds now. */
  async copy(rafka: Rafka, topic: string): Promise<void> {
    // Without types, as the columns of a virtual table.
    this.#database.exec(`create table "${topic}" (${columns.join(', ')})`)
    const insert = this.#database.prepare(`insert into "${topic}" values (${columns.map(() => '?').join(', ')})`)
    for await (const { partition, offset, timestamp, key, value } of rafka.consumer({ topics: [topic], to: 'end' })) {
      const numbers = [partition, offset, timestamp].map(BigInt)
      insert.run(topic, ...numbers, key?.toString() ?? null, value?.toString() ?? null)
    }
  }

  rows(statement: string): SqlValue[][] {
    const rows = this.#database.prepare<[], SqlValue[]>(statement).raw().safeIntegers().all()
    return rows.map((row) => row.map((cell) => (typeof cell === 'bigint' ? Number(cell) : cell)))
  }

  close(): void {
    this.#database.close()
  }
}
