import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { arbitraryStatement, modelTopics } from './support/arbitrary-statement.ts'
import { ModelTables } from './support/model-table.ts'
import { useSqlBench } from './support/sql-bench.ts'

const bench = useSqlBench()
const model = new ModelTables()
const RECORDS = 40

beforeAll(async () => {
  for (const topic of modelTopics) {
    const configs = topic === 'gaps' ? { 'cleanup.policy': 'compact' } : {}
    await bench.topic(topic, 3, configs)
    for (let batch = 0; batch < 8; batch++) {
      await bench.send(
        topic,
        Array.from({ length: (RECORDS * 3) / 8 }, (_, index) => ({
          partition: index % 3,
          // Neither in order nor without gaps.
          timestamp: (index * 7 + batch * 5) % 45,
          key: `${(index * batch) % 5}`,
          value: `${topic} ${batch}/${index}`,
        })),
      )
    }
  }
  await bench.rafka.compact(['gaps'])
  await bench.rafka.admin().deleteRecords([{ topic: 'other-topic', partition: 1, before: 9 }])
  for (const topic of modelTopics) await model.copy(bench.rafka, topic)
  const offsets = model.rows('select count(*), max(offset) + 1 from gaps where partition = 0')[0] as [number, number]
  expect(offsets[0]).toBeLessThan(offsets[1])
})
afterAll(() => model.close())

function outcome(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    return error
  }
}

/** More of them find more: `SQL_RUNS=20000 npx vitest run test/sql/push-down.test.ts`. */
const runs = Number(process.env.SQL_RUNS ?? 400)

test('what is not read would not have been in the result', { timeout: 60_000 + runs * 100 }, async () => {
  let succeeded = 0
  const property = fc.asyncProperty(arbitraryStatement, async (statement) => {
    const expected = outcome(() => model.rows(statement))
    if (expected instanceof Error) {
      await expect(bench.rows(statement)).rejects.toThrow(expected.message.split('\n')[0])
      return
    }
    succeeded += 1
    expect(await bench.rows(statement)).toEqual(expected)
  })
  await fc.assert(property, { numRuns: runs })
  expect(succeeded).toBeGreaterThan(runs / 2)
})
