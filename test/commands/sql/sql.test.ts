import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { builtRafka } from '../support/built-rafka.ts'
import { runShell, startRafka } from '../support/rafka-process.ts'
import { useWorkbench } from '../support/with-directory.ts'

const bench = useWorkbench()

/** Two records, one of them of bytes. */
async function fill(): Promise<void> {
  await bench.run(['produce', 'orders', '-K', ':'], { stdin: ['a:{"n":1}\n', Buffer.from([98, 58, 0xff, 10])] })
}

const everyKind = `select 1 as i, 1.5 as r, 'a "b",c' as t, null as n, '' as e, x'00ff' as b, 9007199254740993 as big, 'x' || char(9, 10, 27) as c`

describe('the form', () => {
  test('of a table is never cut in a pipe', async () => {
    const { out, code } = await bench.run(['sql', `${everyKind}, '${'long'.repeat(100)}' as l`])
    expect(code).toBe(0)
    const [head, row] = out.trimEnd().split('\n')
    expect(head).toMatch(/^i +r +t +n +e +b +big +c +l$/)
    expect(row).toMatch(/^1 +1\.5 +a "b",c +NULL +\\x00\\xff +9007199254740993 +x\\t\\n\\x1b +(long){100}$/)
  })

  test('of a table fits a terminal', async () => {
    const { out } = await bench.run(['sql', `select '${'long'.repeat(100)}' as l, 1 as n`], {
      terminals: ['stdout'],
      columns: 40,
    })
    expect(out.trimEnd().split('\n').at(-1)).toMatch(/^(long)+… {2}1$|^longlonglo.*… {2}1$/)
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60)
  })

  test('of a table goes on with the widths of its first rows', async () => {
    const numbers = 'with recursive r(n) as (select 1 union all select n + 1 from r where n < 100000) select n from r'
    const { out } = await bench.run(['sql', numbers])
    const lines = out.trimEnd().split('\n')
    expect(lines).toHaveLength(100_001)
    expect([lines[1], lines[1000], lines[100_000]]).toEqual(['   1', '1000', '100000'])
  })

  test('of JSON is an array for each result', async () => {
    const { out } = await bench.run(['sql', `${everyKind}; select 1 where 0`, '-f', 'json'])
    const [first, second] = out.trimEnd().split('\n')
    expect(JSON.parse(first!)).toEqual([
      {
        i: 1,
        r: 1.5,
        t: 'a "b",c',
        n: null,
        e: '',
        b: 'AP8=',
        b_encoding: 'base64',
        big: Number('9007199254740993'),
        c: 'x\t\n\u001b',
      },
    ])
    expect(first).toContain('"big":9007199254740993,')
    expect(second).toBe('[]')
    expect((await bench.run(['sql', 'select 1 as a', '--json'])).json()).toEqual([{ a: 1 }])
  })

  test('of JSON lines is a row on each', async () => {
    const { out } = await bench.run(['sql', 'select 1 as a union select 2; select 3 as b', '-f', 'jsonl'])
    expect(out).toBe('{"a":1}\n{"a":2}\n{"b":3}\n')
  })

  test('of csv and tsv tells null from nothing', async () => {
    const csv = await bench.run(['sql', everyKind, '-f', 'csv'])
    expect(csv.out).toBe(`i,r,t,n,e,b,big,c\n1,1.5,"a ""b"",c",,"",\\x00ff,9007199254740993,"x\t\n\u001b"\n`)
    const tsv = await bench.run(['sql', everyKind, '-f', 'tsv'])
    expect(tsv.out).toBe(`i\tr\tt\tn\te\tb\tbig\tc\n1\t1.5\ta "b",c\t\\N\t\t\\x00ff\t9007199254740993\tx\\t\\n\u001b\n`)
    expect((await bench.run(['sql', 'select 1 as a where 0', '-f', 'csv'])).out).toBe('a\n')
  })

  test.each(['csv', 'tsv', 'table', 'json', 'jsonl'])('of %s leaves a terminal nothing to act on', async (form) => {
    const { out } = await bench.run(['sql', `select char(27) || '[31m' as "\u001b[2J"`, '-f', form, '--no-color'], {
      terminals: ['stdout'],
    })
    expect(out).not.toContain('\u001b[')
  })
})

describe('the script', () => {
  test('comes from the argument, a file or stdin', async () => {
    await fill()
    const script = 'select count(*) as n from orders;\nselect key from orders where value is not null order by key;\n'
    const file = join(bench.folder, 'script.sql')
    writeFileSync(file, script)
    const expected = { code: 0, out: '[{"n":2}]\n[{"key":"a"},{"key":"b"}]\n', err: '' }
    expect(await bench.run(['sql', script, '--json'])).toMatchObject(expected)
    expect(await bench.run(['sql', '--file', 'script.sql', '--json'])).toMatchObject(expected)
    expect(await bench.run(['sql', '--json'], { stdin: [script] })).toMatchObject(expected)
    expect(await bench.run(['sql', '--file', '-', '--json'], { stdin: [script] })).toMatchObject(expected)
  })

  test('is needed, once', async () => {
    const hint = expect.stringContaining('hint: rafka sql')
    for (const [words, outside] of [
      [['sql'], { terminals: ['stdin'] as const }],
      [['sql'], { stdin: ['  ;\n'] }],
      [['sql', 'select 1', '--file', 'x'], {}],
    ] as const) {
      expect(await bench.run(words, outside)).toMatchObject({ code: 2, out: '', err: hint })
    }
    expect(await bench.run(['sql', '--file', 'none.sql'])).toMatchObject({ code: 2 })
    expect(await bench.run(['sql', 'select 1', '--json', '-f', 'csv'])).toMatchObject({ code: 2 })
  })
})

describe('an error', () => {
  test('points at the place and ends with 2', async () => {
    const { code, err, out } = await bench.run(['sql', 'select 1 as a; select * form x'])
    expect({ code, out }).toEqual({ code: 2, out: 'a\n1\n' })
    expect(err).toBe(
      'error: near "form": syntax error\n  select 1 as a; select * form x\n                          ^^^^\n',
    )
  })

  test('for an unknown table suggests the nearest topic', async () => {
    await fill()
    const { code, err } = await bench.run(['sql', 'select * from ordres'])
    expect(code).toBe(1)
    expect(err).toContain('there is no topic or table "ordres"')
    expect(err).toContain('did you mean "orders"')
  })

  test('refuses what would change something', async () => {
    expect(await bench.run(['sql', 'delete from orders'])).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('"delete" is refused'),
    })
  })

  test('behind rows leaves the rows and a sound document', async () => {
    await bench.run(['produce', 't', '{"a":1}', 'no'])
    const { code, out } = await bench.run(['sql', "select value ->> '$.a' as a from t", '--json'])
    expect(code).toBe(2)
    expect(JSON.parse(out)).toEqual(expect.any(Array))
  })
})

const reason = builtRafka === undefined ? ' (from the sources)' : ''

describe(`a process${reason}`, () => {
  test('runs SQL', async () => {
    await fill()
    const { out, err, code } = await startRafka(['sql', 'select count(*) from orders', '-f', 'tsv'], bench.env).finish()
    expect({ out, err, code }).toEqual({ out: 'count(*)\n2\n', err: '', code: 0 })
  })

  test('ends quietly when its reader has enough', async () => {
    await fill()
    const many = 'with recursive r(n) as (select 1 union all select n + 1 from r) select n, orders.key from r, orders'
    const { out, err, code } = await runShell(`rafka sql "${many}" -f csv | head -2`, bench.env)
    expect({ out, err, code }).toEqual({ out: 'n,key\n1,a\n', err: '', code: 0 })
  })

  test.each([
    ['reads topics', 'select count(*) from orders a, orders b, x, x y'],
    ['only computes', 'select count(*) from x, x y'],
  ])('is ended by Ctrl-C while it %s', async (_, query) => {
    await fill()
    const endless = `select 'begun' as b; with recursive x(n) as (select 1 union all select n + 1 from x) ${query}`
    const rafka = startRafka(['sql', endless, '-f', 'csv'], bench.env)
    await rafka.until(() => rafka.out.includes('begun\n'))
    rafka.child.kill('SIGINT')
    const { code, signal, out } = await rafka.ended()
    expect(out).toBe('b\nbegun\n')
    expect(code === 130 || signal === 'SIGINT').toBe(true)
  })
})
