import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ConsumerOptions, openSql, type Rafka, type Sql } from '../../src/index.ts'
import { useSqlBench } from './support/sql-bench.ts'

const bench = useSqlBench()
const read: ConsumerOptions[] = []
let sql: Sql

beforeAll(async () => {
  const { rafka } = bench
  const watched: Rafka = {
    producer: (options) => rafka.producer(options),
    consumer: (options) => {
      read.push(options)
      return rafka.consumer(options)
    },
    admin: () => rafka.admin(),
    ready: () => rafka.ready(),
    close: () => rafka.close(),
    [Symbol.asyncDispose]: () => rafka.close(),
  }
  sql = await openSql(watched)
  await bench.topic('orders', 2)
  await bench.topic('other')
  for (let batch = 0; batch < 40; batch++) {
    const messages = Array.from({ length: 100 }, (_, index) => ({
      value: 'x',
      partition: index % 2,
      timestamp: batch * 1000 + index,
    }))
    await bench.send('orders', messages)
  }
  await bench.send('other', [{ value: 'x', timestamp: 5 }])
})
afterAll(() => sql.close())

/** What a statement has read: `topic-partition from to`. */
async function readBy(statement: string): Promise<string[]> {
  read.length = 0
  for await (const { rows } of sql.run(statement)) for await (const _ of rows);
  return read.map(({ topics: [wanted], from, to }) => {
    const { topic, partitions } = wanted as { topic: string; partitions: readonly number[] }
    return `${topic}-${partitions.join()} ${JSON.stringify(from)} ${JSON.stringify(to)}`
  })
}

const all = ['orders-0 0 2000', 'orders-1 0 2000']

describe('of a topic', () => {
  test.each<[string, string[]]>([
    ['select count(*) from orders', all],
    ['select 1 from orders where partition = 1', ['orders-1 0 2000']],
    ['select 1 from orders where partition in (0, 7) and offset >= 1990', ['orders-0 1990 2000']],
    ['select 1 from orders where offset = 5 and partition = 0', ['orders-0 5 6']],
    ['select 1 from orders o where 5 <= o.offset and 8 > "o"."OFFSET" and o.partition < 1', ['orders-0 5 8']],
    ['select 1 from orders where (offset between 5 and 8) and (partition = 0 and key is null)', ['orders-0 5 9']],
    ['select 1 from orders where partition = 0 and offset in (3, 4, 1900)', ['orders-0 3 5', 'orders-0 1900 1901']],
    ['select 1 from orders where partition = 0 and offset in (3, 40)', ['orders-0 3 41']],
    ['select 1 from orders where offset > 10 + 2 * 4 and offset < 22.5 and partition = 1', ['orders-1 19 23']],
    ["select 1 from orders where timestamp >= ms('1970-01-01T00:00:39Z') and partition = 0", ['orders-0 1950 2000']],
    ['select 1 from orders where timestamp > now() - 3600e3', []],
    ['select 1 from orders where offset > 5 and offset < 5', []],
    ['select 1 from orders where offset = null', []],
    ['select 1 from orders where partition = 0.5', []],
    ['select 1 from orders where offset > 1e300', []],
    // What is not understood, or not the same for all rows, is left to SQLite.
    ['select 1 from orders where offset = 5 or partition = 1', all],
    ['select 1 from orders where not offset = 5', all],
    ["select 1 from orders where offset > '5'", all],
    ['select 1 from orders where offset > abs(random()) % 5', all],
    ["select 1 from orders where timestamp < unixepoch('now')", all],
    ['select 1 from orders where offset + 0 = 5', all],
    ['select 1 from orders where offset > 5 = 1', all],
  ])('%s', async (statement, expected) => {
    expect(await readBy(statement)).toEqual(expected)
  })
})

describe('of several', () => {
  test('each gets the conditions that name it', async () => {
    const statement =
      'select 1 from orders a, other b where a.offset = 7 and b.offset < 3 and a.partition = b.partition'
    expect((await readBy(statement)).sort()).toEqual(['orders-0 7 8', 'orders-1 7 8', 'other-0 0 1'])
  })

  test('the same one twice is read for both, once', async () => {
    const twice =
      'select 1 from orders a join orders b on a.timestamp = b.timestamp where a.offset = 7 and b.offset = 1900'
    const pieces = ['orders-0 7 8', 'orders-0 1900 1901', 'orders-1 7 8', 'orders-1 1900 1901']
    expect(await readBy(twice)).toEqual(pieces)
    const union = 'select 1 from orders where offset = 1 union all select 2 from orders where offset = 3'
    expect(await readBy(union)).toEqual(['orders-0 1 4', 'orders-1 1 4', 'orders-0 1 4', 'orders-1 1 4'])
  })

  test('the smaller one is copied, whichever stands first', async () => {
    const pieces = ['other-0 0 1', ...all]
    for (const [a, b] of [
      ['orders', 'other'],
      ['other', 'orders'],
    ]) {
      expect(await readBy(`select count(*) from ${a} join ${b} on ${a}.offset = ${b}.offset`)).toEqual(pieces)
    }
  })

  test('one in a subquery for each row is read once', async () => {
    const correlated = 'select (select max(b.offset) from other b where b.offset <= a.offset) from orders a'
    expect((await readBy(correlated)).sort()).toEqual([...all, 'other-0 0 1'])
    const recursive =
      'with recursive r(n) as (select 0 union all select n + 1 from r join other on n < 5) select * from r'
    expect(await readBy(recursive)).toEqual(['other-0 0 1'])
  })

  test('a name that WITH gives to something else is not the topic', async () => {
    const shadowed = 'with other as (select 9 as offset) select * from other where offset = 5'
    expect(await readBy(shadowed)).toEqual([])
    expect(await readBy('select * from (orders) where offset = 5')).toEqual(all)
  })
})

test('explain reads nothing', async () => {
  expect(await readBy('explain select * from orders')).toEqual([])
  expect(await readBy('explain query plan select * from orders a, orders b')).toEqual([])
})

test('a limit without an order ends the reading', async () => {
  await bench.topic('wide', 20)
  const messages = Array.from({ length: 200 }, (_, index) => ({ value: 'x', partition: index % 20 }))
  await bench.send('wide', messages)
  const pieces = await readBy('select * from wide limit 15')
  expect(pieces.slice(0, 2)).toEqual(['wide-0 0 10', 'wide-1 0 10'])
  // A few partitions are read ahead.
  expect(pieces.length).toBeLessThan(10)
})

describe('of the first and the last rows by offset', () => {
  test.each<[string, string[]]>([
    ['select * from orders order by offset desc limit 3', ['orders-0 1997 2000', 'orders-1 1997 2000']],
    [
      'select value, iso(timestamp) from orders o order by o.offset desc limit 2, 3',
      ['orders-0 1995 2000', 'orders-1 1995 2000'],
    ],
    ['select * from orders where partition = 1 and offset < 9 order by offset desc limit 2', ['orders-1 7 9']],
    ['select * from orders where partition = 1 order by offset desc, value limit 2 offset 1', ['orders-1 1997 2000']],
    ['select * from orders order by offset limit 3', all],
    // What may need other rows reads them.
    ['select count(*) from orders order by offset desc limit 3', all],
    ['select distinct key from orders order by offset desc limit 3', all],
    ["select * from orders where value = 'x' order by offset desc limit 3", all],
    ['select * from orders where timestamp < 9e9 order by offset desc limit 3', all],
    ['select * from orders order by timestamp desc limit 3', all],
  ])('%s', async (statement, expected) => {
    expect(await readBy(statement)).toEqual(expected)
  })

  test('longer and longer stretches are read where offsets have gaps', async () => {
    await bench.topic('sparse', 1, { 'cleanup.policy': 'compact' })
    for (let batch = 0; batch < 20; batch++) {
      await bench.send(
        'sparse',
        Array.from({ length: 10 }, (_, index) => ({ key: `${index % 5}`, value: `${batch}` })),
      )
    }
    await bench.rafka.compact(['sparse'])
    const pieces = await readBy('select * from sparse order by offset desc limit 20')
    expect(pieces).toEqual(['sparse-0 180 200', 'sparse-0 100 180', 'sparse-0 0 100'])
  })
})
