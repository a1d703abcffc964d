import type { Rafka } from './core/rafka.ts'
import type { Sql, SqlOptions } from './sql/sql-session.ts'

/** SQL over the topics of a client, embedded or remote. Close it before the client. */
export async function openSql(rafka: Rafka, options: SqlOptions = {}): Promise<Sql> {
  const { SqlSession } = await import('./sql/sql-session.ts')
  return new SqlSession(rafka, options)
}
