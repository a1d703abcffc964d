import { describe, expect, test } from 'vitest'
import { isRafkaError } from '../../src/index.ts'
import { useSqlBench } from './support/sql-bench.ts'

const bench = useSqlBench()

async function errorOf(script: string) {
  const error: unknown = await bench.runAll(script).catch((thrown: unknown) => thrown)
  if (!isRafkaError(error)) throw new Error(`not refused: ${script} (${String(error)})`)
  return { code: error.code, message: error.message, hint: error.details.hint, topic: error.details.topic }
}

describe('a topic as a table', () => {
  test('has its records with all that is in them', async () => {
    const topic = await bench.topic()
    const headers = [
      { key: 'a', value: 'x' },
      { key: 'b', value: null },
      { key: 'a', value: Buffer.from([0xff]) },
    ]
    await bench.send(topic, [
      { key: 'k', value: '{"n":1}', timestamp: 1700000000000, headers },
      { key: null, value: null, timestamp: 1 },
      { key: Buffer.from([0xc3, 0x28]), value: Buffer.from([0, 0xff]), timestamp: 2 },
      { key: '', value: 'a\ufffdb\u0000c', timestamp: 3 },
    ])
    const [given] = await bench.runAll(`select * from ${topic}`)
    expect(given!.columns).toEqual(['topic', 'partition', 'offset', 'timestamp', 'key', 'value', 'headers', 'size'])
    expect(given!.rows).toEqual([
      [topic, 0, 0, 1700000000000, 'k', '{"n":1}', '{"a":"x","b":null,"a":{"base64":"/w=="}}', 13],
      [topic, 0, 1, 1, null, null, '{}', 0],
      [topic, 0, 2, 2, new Uint8Array([0xc3, 0x28]), new Uint8Array([0, 0xff]), '{}', 4],
      [topic, 0, 3, 3, '', 'a\ufffdb\u0000c', '{}', 7],
    ])
    expect(await bench.rows(`select typeof(offset), typeof(timestamp), typeof(size) from ${topic} limit 1`)).toEqual([
      ['integer', 'integer', 'integer'],
    ])
    expect(await bench.rows(`select headers ->> '$.a', value ->> '$.n' from ${topic} where offset = 0`)).toEqual([
      ['x', 1],
    ])
  })

  test('is named as SQL needs it, in any case that tells it apart', async () => {
    await bench.topic('my-topic')
    await bench.topic('a.b')
    await bench.topic('Case')
    await bench.topic('case')
    await bench.topic('value')
    await bench.send('my-topic', [{ value: 'x' }])
    await bench.send('value', [{ value: 'y' }])
    await bench.send('Case', [{ value: 'upper' }])
    expect(await bench.rows('select value from "my-topic"')).toEqual([['x']])
    expect(await bench.rows('select value from [MY-TOPIC]')).toEqual([['x']])
    expect(await bench.rows('select count(*) from "a.b"')).toEqual([[0]])
    expect(await bench.rows('select value from value where offset = 0')).toEqual([['y']])
    expect(await bench.rows('select value from "Case"')).toEqual([['upper']])
    expect(await bench.rows('select value from "case"')).toEqual([])
    expect((await errorOf('select * from CASE_, "CASE"')).message).toContain('"Case" and "case"')
  })

  test('with nothing in it has no rows', async () => {
    const topic = await bench.topic(undefined, 3)
    expect(await bench.rows(`select count(*), max(offset) from ${topic}`)).toEqual([[0, null]])
    expect(await bench.rows(`select * from ${topic}`)).toEqual([])
  })

  test('is read to where it ended when the statement began', async () => {
    const topic = await bench.topic()
    await bench.send(topic, [{ value: '1' }])
    for await (const { rows } of bench.sql.run(`select value from ${topic}`)) {
      await bench.send(topic, [{ value: '2' }])
      for await (const bunch of rows) expect(bunch).toEqual([['1']])
    }
    expect(await bench.rows(`select value from ${topic}`)).toEqual([['1'], ['2']])
  })
})

test('a topic that is copied for a join may be asked for columns that SQLite does not look at', async () => {
  const topic = await bench.topic()
  await bench.send(topic, [{ value: 'a' }, { value: 'b' }])
  const statement = `select a.value from ${topic} a join ${topic} b on b.offset = a.offset where b.timestamp = 0 or 1`
  expect(await bench.rows(statement)).toEqual([['a'], ['b']])
})

describe('tables of the cluster', () => {
  test('tell of topics, partitions and configs', async () => {
    const topic = await bench.topic(undefined, 2, { 'cleanup.policy': 'compact' })
    await bench.send(topic, [{ key: 'k', value: 'x', partition: 1 }])
    expect(
      await bench.rows(`select name, internal, partitions, replicas, records from topics where name = '${topic}'`),
    ).toEqual([[topic, 0, 2, 1, 1]])
    const partitions = `select partition, start_offset, end_offset, records from partitions where topic = '${topic}'`
    expect(await bench.rows(partitions)).toEqual([
      [0, 0, 0, 0],
      [1, 0, 1, 1],
    ])
    expect(
      await bench.rows(`select name, value from configs where resource = '${topic}' and source = 'topic'`),
    ).toEqual([['cleanup.policy', 'compact']])
    expect(await bench.rows(`select count(*) > 0 from configs where type = 'broker'`)).toEqual([[1]])
  })

  test('stand behind a topic of their name, and are still there', async () => {
    await bench.topic('configs')
    expect(await bench.rows('select count(*) from configs')).toEqual([[0]])
    expect(await bench.rows('select count(*) > 0 from rafka.configs')).toEqual([[1]])
    await bench.rafka.admin().deleteTopics(['configs'])
  })
})

describe('what is refused', () => {
  test.each([
    'insert into t values (1)',
    'update topics set name = 1',
    'delete from topics',
    'replace into topics values (1)',
    'create table x (a)',
    'create temp view x as select 1',
    'drop table topics',
    'alter table topics rename to x',
    "attach 'x' as y",
    'detach rafka',
    'begin',
    'vacuum',
    'analyze',
    'reindex',
    'pragma journal_mode = wal',
    'pragma temp_store(1)',
    'pragma writable_schema',
    'explain delete from topics',
    'explain query plan delete from topics',
    'with a as (select 1) delete from topics',
    'with a as (select 1) insert into topics (name) select 1 from a',
  ])('%s', async (statement) => {
    const { code, message, hint } = await errorOf(statement)
    expect({ code, hint }).toEqual({ code: 'INVALID_ARGUMENT', hint: expect.stringContaining('rafka produce') })
    expect(message).toMatch(
      /^"(insert|update|delete|replace|create|drop|alter|attach|detach|begin|vacuum|analyze|reindex|pragma)" is refused/,
    )
  })

  test('keeps the statements before it from running', async () => {
    const results = bench.sql.run('select 1; delete from topics')[Symbol.asyncIterator]()
    await expect(results.next()).rejects.toThrow('"delete" is refused')
  })
})

test('a file that was to be written to is told from a comparison', async () => {
  expect(await errorOf('select * from topics > out.csv')).toMatchObject({
    message: expect.stringContaining('near ">": syntax error'),
    hint: expect.stringContaining('select …; > file'),
  })
})

describe('an error', () => {
  test.each([
    ['select * form topics', 'near "form": syntax error\n  select * form topics\n           ^^^^'],
    ['select 1,, 2', 'near ",": syntax error\n  select 1,, 2\n           ^'],
    ['select 1 from', 'incomplete input\n  select 1 from\n               ^'],
    ['select nme from topics', 'no such column: nme\n  select nme from topics\n         ^^^'],
    ['select t.nme from topics t', 'no such column: t.nme\n  select t.nme from topics t\n         ^^^^^'],
    ['select foo(1)', 'no such function: foo\n  select foo(1)\n         ^^^'],
    ['select abs()', 'wrong number of arguments to function abs()\n  select abs()\n         ^^^'],
    ["select 'a", 'unrecognized token: "\'a"\n  select \'a\n         ^^'],
    ['select 1;\nselect\n  2 2', 'line 3: near "2": syntax error\n    2 2\n      ^'],
    ['selct 1', 'near "selct": syntax error\n  selct 1\n  ^^^^^'],
  ])('of %j points at the place', async (statement, message) => {
    expect(await errorOf(statement)).toMatchObject({ code: 'INVALID_ARGUMENT', message })
  })

  test('for a table that is not there names it', async () => {
    const expected = { code: 'UNKNOWN_TOPIC_OR_PARTITION', topic: 'ordres' }
    expect(await errorOf('select * from ordres')).toMatchObject(expected)
    expect((await errorOf('select * from ordres')).message).toContain('there is no topic or table "ordres"')
  })

  test('for a name without its quotes says so', async () => {
    await bench.topic('with-dash')
    await bench.topic('with.dot')
    for (const name of ['with-dash', 'with.dot']) {
      expect((await errorOf(`select * from ${name}`)).hint).toContain(`"${name}"`)
    }
  })

  test('for values that are not JSON says what helps', async () => {
    const topic = await bench.topic()
    await bench.send(topic, [{ value: '{"a":1}' }, { value: 'no' }])
    expect((await errorOf(`select value ->> '$.a' from ${topic}`)).hint).toContain('json_valid')
    expect(await bench.rows(`select value ->> '$.a' from ${topic} where json_valid(value)`)).toEqual([[1]])
  })

  test('does not end the session', async () => {
    await errorOf('select nonsense')
    expect(await bench.rows('select 1')).toEqual([[1]])
  })
})

describe('a script', () => {
  test('is run statement by statement', async () => {
    const results = await bench.runAll('select 1 as a; -- one;\n /* ; */ select \';\' as ";"; ; values (1),(2)')
    expect(results.map(({ columns, rows }) => [columns, rows])).toEqual([
      [['a'], [[1]]],
      [[';'], [[';']]],
      [['column1'], [[1], [2]]],
    ])
  })

  test('goes on behind rows that nobody took', async () => {
    const topic = await bench.topic()
    await bench.send(
      topic,
      Array.from({ length: 5000 }, (_, index) => ({ value: `${index}` })),
    )
    const columns: string[] = []
    for await (const result of bench.sql.run(`select a.value from ${topic} a, ${topic} b; select 2 as b`)) {
      columns.push(...result.columns)
    }
    expect(columns).toEqual(['value', 'b'])
  })
})

describe('functions', () => {
  test('of time', async () => {
    const [row] = await bench.rows(
      "select iso(0), iso('x'), iso(null), ms('2026-01-31'), ms('2026-01-31 12:00'), ms('2026-01-31T12:00:01.5+02:00'), ms('no'), ms(iso(now())) = now(), typeof(now())",
    )
    const day = Date.UTC(2026, 0, 31)
    const expected = [
      '1970-01-01T00:00:00.000Z',
      null,
      null,
      day,
      day + 43_200_000,
      day + 36_001_500,
      null,
      1,
      'integer',
    ]
    expect(row).toEqual(expected)
  })
})

test('integers beyond 2^53 keep their last digit', async () => {
  expect(await bench.rows('select 9007199254740993, 9007199254740991, -9007199254740993, 1.5, 1e999')).toEqual([
    [9007199254740993n, 9007199254740991, -9007199254740993n, 1.5, Number.POSITIVE_INFINITY],
  ])
})

test('a statement that is cancelled ends, and the next one runs', async () => {
  const topic = await bench.topic()
  await bench.send(
    topic,
    Array.from({ length: 1000 }, (_, index) => ({ value: `${index}` })),
  )
  const stop = new AbortController()
  const results = bench.sql.run(`select a.value from ${topic} a, ${topic} b, ${topic} c`, { signal: stop.signal })
  const read = async () => {
    for await (const { rows } of results) for await (const _ of rows) stop.abort()
  }
  await expect(read()).rejects.toThrow(expect.objectContaining({ code: 'CANCELLED' }))
  expect(await bench.rows('select 1')).toEqual([[1]])
})
