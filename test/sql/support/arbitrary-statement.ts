import fc from 'fast-check'

/** Tables of the model, each with partitions, offsets and timestamps in the ranges of the constants below. */
export const modelTopics = ['orders', 'other-topic', 'gaps'] as const

const number = fc.oneof(
  fc.integer({ min: -2, max: 45 }).map(String),
  fc.constantFrom('0', '1', '2', '2.5', '-0.5', '1e1', '0x10', '9e18', '-9e18', '9007199254740993', '1e400', '-1e400'),
)
const constant: fc.Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: number },
  {
    weight: 2,
    arbitrary: fc.tuple(number, fc.constantFrom('+', '-', '*', '/', '%'), number).map((each) => each.join(' ')),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "'5'",
      'null',
      "x'05'",
      '(3)',
      '(1 + 4)',
      'abs(-7)',
      "'0' + 3",
      '- - 4',
      '/* 1 */ 6',
      '3 --4\n',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '5 = 1',
      '3 < 4',
      '~5',
      "'a' || 'b'",
      '(select 7)',
      '5 collate nocase',
      '2 | 1',
      '1 << 3',
      'not 3',
    ),
  },
)

const column = fc.constantFrom('partition', 'offset', 'timestamp', '"offset"', '[timestamp]', '`partition`', 'OFFSET')
const comparison = fc.constantFrom('=', '==', '<', '<=', '>', '>=', '<>', '!=', 'is', 'is not')

/** A condition on columns that are qualified with one of `aliases`; an empty one stands for none. */
function arbitraryCondition(aliases: readonly string[]): fc.Arbitrary<string> {
  const reference = fc
    .tuple(fc.constantFrom(...aliases), column)
    .map(([alias, name]) => (alias === '' ? name : `${alias}.${name}`))
  const simple = fc.oneof(
    { weight: 6, arbitrary: fc.tuple(reference, comparison, constant).map((each) => each.join(' ')) },
    { weight: 3, arbitrary: fc.tuple(constant, comparison, reference).map((each) => each.join(' ')) },
    {
      weight: 3,
      arbitrary: fc
        .tuple(reference, fc.constantFrom('', 'not '), constant, constant)
        .map(([name, not, low, high]) => `${name} ${not}between ${low} and ${high}`),
    },
    {
      weight: 3,
      arbitrary: fc
        .tuple(reference, fc.constantFrom('', 'not '), fc.array(constant, { maxLength: 4 }))
        .map(([name, not, values]) => `${name} ${not}in (${values.join(', ')})`),
    },
    { weight: 1, arbitrary: fc.tuple(reference, constant).map(([name, value]) => `${name} + 1 > ${value}`) },
    { weight: 1, arbitrary: fc.tuple(reference, constant, constant).map(([name, a, b]) => `${a} < ${name} < ${b}`) },
    {
      weight: 1,
      arbitrary: reference.map((name) => `case when ${name} > 5 and 1 then ${name} < 30 or 0 else ${name} end`),
    },
    { weight: 1, arbitrary: reference.map((name) => `${name} > 3 is not distinct from 1`) },
    { weight: 1, arbitrary: fc.tuple(reference, reference).map(([a, b]) => `${a} >= ${b}`) },
    { weight: 1, arbitrary: fc.constant('1') },
  )
  const { condition } = fc.letrec<{ condition: string }>((tie) => ({
    condition: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 5, arbitrary: simple },
      {
        weight: 6,
        arbitrary: fc.array(tie('condition'), { minLength: 2, maxLength: 4 }).map((parts) => parts.join(' and ')),
      },
      { weight: 1, arbitrary: fc.tuple(tie('condition'), tie('condition')).map((parts) => parts.join(' or ')) },
      { weight: 3, arbitrary: tie('condition').map((part) => `(${part})`) },
      { weight: 1, arbitrary: tie('condition').map((part) => `not ${part}`) },
      { weight: 1, arbitrary: tie('condition').map((part) => `NOT (${part})`) },
    ),
  }))
  return condition
}

const topic = fc.constantFrom(...modelTopics.map((name) => `"${name}"`), 'orders', 'gaps', "'orders'", 'main.orders')
const place = 'partition, offset, timestamp, value'

function qualified(alias: string): string {
  return place.replaceAll(/\w+/g, (name) => `${alias}.${name}`)
}

/** A query that has rows of one table. */
const plain = fc
  .tuple(topic, arbitraryCondition(['']))
  .map(([table, where]) => `select ${place} from ${table} where ${where}`)
const aliased = fc
  .tuple(topic, fc.constantFrom(' as t', ' t'), arbitraryCondition(['', 't']))
  .map(([table, as, where]) => `select ${place} from ${table}${as} where ${where}`)
const single = fc.oneof(plain, aliased)

const joins = [
  'join',
  'left join',
  'right join',
  'full join',
  'cross join',
  'natural join',
  'natural left join',
  ',',
] as const
const joined = fc
  .tuple(
    topic,
    fc.constantFrom(...joins),
    topic,
    arbitraryCondition(['a', 'b']),
    arbitraryCondition(['a', 'b']),
    fc.boolean(),
  )
  .map(([left, join, right, where, on, hasOn]) => {
    const mayHaveOn = hasOn && join.endsWith('join') && !join.startsWith('natural')
    const condition = mayHaveOn ? ` on a.offset = b.offset and ${on}` : ''
    const near = condition === '' ? '(a.offset = b.offset or b.offset is null or a.offset is null) and ' : ''
    return `select ${qualified('a')}, ${qualified('b')} from ${left} a ${join} ${right} b${condition} where ${near}(${where})`
  })
const usingJoined = fc
  .tuple(topic, fc.constantFrom('join', 'left join', 'full join'), topic, arbitraryCondition(['', 'a']))
  .map(([left, join, right, where]) => {
    const columns = 'partition, offset, a.timestamp, b.value'
    return `select ${columns} from ${left} a ${join} ${right} b using (partition, offset, timestamp) where ${where}`
  })

const nested = fc.oneof(
  fc
    .tuple(topic, single, arbitraryCondition(['a', 'b']))
    .map(
      ([table, first, where]) =>
        `${first} union all select ${qualified('a')} from (${table} a join "orders" b on a.offset = b.offset) where ${where}`,
    ),
  fc
    .tuple(topic, arbitraryCondition(['']))
    .map(
      ([table, where]) => `select partition, offset is distinct from 5, timestamp, value from ${table} where ${where}`,
    ),
  fc
    .tuple(single, arbitraryCondition(['', 's']))
    .map(([inner, where]) => `select ${place} from (${inner}) s where ${where}`),
  fc
    .tuple(single, single, arbitraryCondition(['', 'orders']))
    .map(
      ([first, second, where]) =>
        `with c as (${first}), orders as not materialized (${second}) select * from c union all select * from orders where ${where}`,
    ),
  fc
    .tuple(single, single, fc.constantFrom('union', 'union all', 'intersect', 'except'))
    .map(([a, b, how]) => `${a} ${how} ${b}`),
  fc
    .tuple(topic, topic, arbitraryCondition(['', 'o']), arbitraryCondition(['', 'i', 'o']), fc.constantFrom('', 'not '))
    .map(
      ([outer, inner, where, within, not]) =>
        `select ${place} from ${outer} o where ${where} and ${not}exists (select 1 from ${inner} i where i.offset = o.offset and ${within})`,
    ),
  fc
    .tuple(topic, single, arbitraryCondition(['']))
    .map(
      ([outer, inner, where]) =>
        `select ${place} from ${outer} where ${where} and offset in (select offset from (${inner}))`,
    ),
  fc
    .tuple(topic, arbitraryCondition(['']), topic)
    .map(
      ([outer, where, other]) =>
        `select partition, offset, (select count(*) from ${other} where offset > 4), 0 from ${outer} where ${where}`,
    ),
  fc
    .tuple(topic, arbitraryCondition(['']), arbitraryCondition(['']))
    .map(
      ([table, where, having]) =>
        `select partition, count(*), min(timestamp), max(value) from ${table} where ${where} group by partition having max(offset) > 3 and ${having.replaceAll(/offset|timestamp/gi, 'partition')}`,
    ),
  fc
    .tuple(arbitraryCondition(['a', 'b']), topic)
    .map(
      ([where, table]) =>
        `select ${qualified('a')} from (${table} a join orders b on a.offset = b.offset and a.partition = b.partition) where ${where}`,
    ),
  fc
    .tuple(topic, arbitraryCondition(['']))
    .map(
      ([table, where]) =>
        `with recursive r(n) as (select min(offset) from ${table} where ${where} union all select n + 1 from r join gaps g on g.offset = r.n and g.partition = 0 where n < 12) select n, 0, 0, 0 from r`,
    ),
)

const list = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      place,
      'offset, partition',
      'value, partition, offset',
      'length(value) + offset, partition',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'count(*), max(offset)',
      'distinct value, partition, offset',
      'distinct length(value)',
      '20 - offset as offset, partition',
      '20 - offset offset, partition',
      "20 - offset 'offset', partition",
      'timestamp "OFFSET", partition',
      'row_number() over (order by value), partition',
      'max(timestamp, offset), partition',
      'all offset, partition',
      '(select max(offset) from orders), partition',
    ),
  },
)
const bounding = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('offset', 'partition', 't.offset', '(t.partition)', 'timestamp'),
      fc.constantFrom('=', '<', '<=', '>', '>='),
      constant,
    )
    .map((each) => each.join(' ')),
  fc.tuple(number, number).map(([low, high]) => `offset between ${low} and ${high}`),
  fc.array(number, { minLength: 1, maxLength: 5 }).map((values) => `offset in (${values.join(', ')})`),
)
const filter = fc.oneof(
  { weight: 2, arbitrary: fc.constant('') },
  {
    weight: 3,
    arbitrary: fc.array(bounding, { minLength: 1, maxLength: 2 }).map((parts) => ` where ${parts.join(' and ')}`),
  },
  { weight: 1, arbitrary: arbitraryCondition(['', 't']).map((where) => ` where ${where}`) },
)
const small = fc.integer({ min: 0, max: 12 })
const limit = fc.oneof(
  small.map(String),
  fc.tuple(small, fc.constantFrom(' offset ', ', '), small).map((each) => each.join('')),
  fc.constantFrom('-1', '2 + 1', '2 offset -1', '1e0', '0x2', "'3'"),
)
const order = fc.constantFrom(
  'offset',
  'offset desc',
  't.offset asc',
  't."offset" desc',
  '"offset" desc',
  '-offset',
  'offset + 0 desc',
  'offset collate nocase',
  'timestamp desc, offset',
  '2 desc',
)

/** The first or last few rows of a table. All that have the same offset stand in the order of their partitions. */
const edge = fc
  .tuple(list, topic, filter, order, fc.constantFrom('', ', value desc'), limit)
  .map(
    ([columns, table, where, by, more, count]) =>
      `select ${columns} from ${table} t${where} order by ${by}, t.partition, t.offset${more} limit ${count}`,
  )

const whole = fc
  .oneof(
    { weight: 4, arbitrary: single },
    { weight: 3, arbitrary: joined },
    { weight: 1, arbitrary: usingJoined },
    { weight: 4, arbitrary: nested },
  )
  .map((query) => `select * from (${query}) order by 1, 2, 3, 4`)

/** Statements over the tables of the model, ordered so that two runs can be compared. */
export const arbitraryStatement: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: whole },
  { weight: 2, arbitrary: edge },
)
