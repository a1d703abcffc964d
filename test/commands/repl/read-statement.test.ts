import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readStatement } from '../../../commands/repl/grammar/read-statement.ts'

function wordsOf(line: string): readonly string[] {
  const statement = readStatement(line)
  if (statement.kind !== 'command') throw new Error(`${line} is ${JSON.stringify(statement)}`)
  return statement.words
}

function problemOf(line: string): string {
  const statement = readStatement(line)
  if (statement.kind !== 'wrong') throw new Error(`${line} is ${JSON.stringify(statement)}`)
  return statement.problem
}

describe('words', () => {
  test.each([
    ['topics list', ['topics', 'list']],
    ['  topics\tlist  ', ['topics', 'list']],
    ['rafka topics list', ['topics', 'list']],
    [`produce t 'a b' "c d"`, ['produce', 't', 'a b', 'c d']],
    [`produce t a\\ b ''`, ['produce', 't', 'a b', '']],
    [`produce t "say \\"hi\\" \\n $x"`, ['produce', 't', 'say "hi" \\n $x']],
    [`consume -f '%k\\t%v\\n'`, ['consume', '-f', '%k\\t%v\\n']],
    ['consume t # all of it', ['consume', 't']],
    ['produce t a#b', ['produce', 't', 'a#b']],
    ['topics list;', ['topics', 'list']],
    ['produce t a;b', ['produce', 't', 'a;b']],
    ['topics \\\n list', ['topics', 'list']],
    ['topics li\\\nst', ['topics', 'list']],
  ])('of %j', (line, words) => {
    expect(wordsOf(line)).toEqual(words)
  })

  test('that begin with a bracket go to the matching one as they are', () => {
    expect(wordsOf(`produce t {"a": "it's | > #", "b": [1, {"c": "}"}]} -k 1`)).toEqual([
      'produce',
      't',
      `{"a": "it's | > #", "b": [1, {"c": "}"}]}`,
      '-k',
      '1',
    ])
    expect(wordsOf('produce t [1, 2] {"q": "\\"}"}')).toEqual(['produce', 't', '[1, 2]', '{"q": "\\"}"}'])
    expect(wordsOf('consume t --grep [ab]c')).toEqual(['consume', 't', '--grep', '[ab]c'])
    expect(wordsOf('produce t a{"b c"}')).toEqual(['produce', 't', 'a{b c}'])
  })

  test('of any JSON stay what it is', () => {
    const json = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()))
    fc.assert(
      fc.property(json, fc.nat(4), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        expect(wordsOf(`produce t ${text} end`)).toEqual(['produce', 't', text, 'end'])
      }),
    )
  })

  test('quoted for a shell stay what they are', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (words) => {
        const line = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
        expect(wordsOf(`produce ${line}`)).toEqual(['produce', ...words])
      }),
    )
  })

  test('of any text are read without failing', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      '"',
      "'",
      '\\',
      '|',
      '>',
      '>>',
      '<',
      ';',
      '&',
      '#',
      ' ',
      '\n',
      'a',
      '!',
      '5',
    )
    fc.assert(
      fc.property(
        fc.array(pieces).map((all) => all.join('')),
        (text) => void readStatement(text),
      ),
    )
  })
})

describe('a line that is not whole', () => {
  test.each([
    "produce t 'a",
    'produce t "a',
    'produce t {"a": 1',
    'produce t [[1]',
    'topics \\',
    '!ls \\',
    'select (1',
  ])('goes on: %s', (line) => {
    expect(readStatement(line)).toEqual({ kind: 'open' })
  })
})

describe('where output goes and input comes from', () => {
  test('is a pipeline as it is written, a file, or both ends', () => {
    expect(readStatement(`consume t -e | jq '.a | .b' > out`)).toMatchObject({
      words: ['consume', 't', '-e'],
      destination: { kind: 'pipe', command: `jq '.a | .b' > out` },
    })
    expect(readStatement('consume t>out')).toMatchObject({ destination: { kind: 'file', file: 'out', append: false } })
    expect(readStatement(`consume t >> 'my file'`)).toMatchObject({ destination: { file: 'my file', append: true } })
    expect(readStatement('produce t < in | sort')).toMatchObject({ input: 'in', destination: { command: 'sort' } })
    expect(readStatement(`groups list --lag '>0'`)).toMatchObject({ destination: undefined })
  })

  test.each([
    ['consume t |', 'must follow "|"'],
    ['consume t || less', '"||" is not known'],
    ['consume t >', 'a file must follow ">"'],
    ['consume t > a b', '"b" stands after the file'],
    ['consume t > a > b', 'one place'],
    ['consume t > a | b', 'one place'],
    ['produce t < a < b', 'two files'],
    ['| less', 'no command'],
    ['> out', 'no command'],
    ['topics list; topics list', 'one command a line'],
    ['topics list && topics list', 'one command a line'],
    ['tail t &', '"tail -d"'],
    ['!', 'must follow "!"'],
  ])('is wrong in %j', (line, problem) => {
    expect(problemOf(line)).toContain(problem)
  })
})

test('what is empty, for the shell, or SQL', () => {
  for (const line of ['', '  \n', '# a comment', '  # a comment', 'rafka']) {
    expect(readStatement(line)).toEqual({ kind: 'empty' })
  }
  expect(readStatement('!ls | wc -l')).toEqual({ kind: 'shell', command: 'ls | wc -l' })
  expect(readStatement(`SELECT count(*) > 3, 'a;' || 'b' FROM "t" ;`)).toMatchObject({
    words: ['sql', `SELECT count(*) > 3, 'a;' || 'b' FROM "t"`],
    destination: undefined,
  })
  expect(wordsOf("select 1 from t -- ( and '\n where 1")).toEqual(['sql', "select 1 from t -- ( and '\n where 1"])
})

describe('where the output of SQL goes', () => {
  test('is told by a | outside of quotes and parentheses, or behind a ;', () => {
    expect(readStatement(`select key || '|' from t where value ->> '$.a' > 1 | grep 'a|b'`)).toMatchObject({
      words: ['sql', `select key || '|' from t where value ->> '$.a' > 1`],
      destination: { kind: 'pipe', command: "grep 'a|b'" },
    })
    expect(readStatement('select (partition | 1) from t -- | no\n; > out.txt')).toMatchObject({
      words: ['sql', 'select (partition | 1) from t -- | no'],
      destination: { kind: 'file', file: 'out.txt', append: false },
    })
    expect(readStatement(`select 1 /* | */;>> 'my file'`)).toMatchObject({
      words: ['sql', 'select 1 /* | */'],
      destination: { kind: 'file', file: 'my file', append: true },
    })
    expect(wordsOf('sql select key, value from t')).toEqual(['sql', 'select key, value from t'])
    expect(wordsOf(`sql 'select key, value from t' -f csv`)).toEqual(['sql', 'select key, value from t', '-f', 'csv'])
    expect(readStatement('select 1; | sort | head -1')).toMatchObject({ destination: { command: 'sort | head -1' } })
    expect(readStatement('select "a|b", `c|d`, [e|f] from t')).toMatchObject({ destination: undefined })
    expect(wordsOf('select 1; select 2 > 1')).toEqual(['sql', 'select 1; select 2 > 1'])
  })

  test.each([
    ['select 1 |', 'must follow "|"'],
    ['select 1; >', 'a file must follow ">"'],
    ['select 1; > a | b', 'one place'],
  ])('is wrong in %j', (line, problem) => {
    expect(problemOf(line)).toContain(problem)
  })

  test.each(["select 'a", 'select "a', 'select [a', 'select /* a', "select 1; > 'a"])('goes on: %s', (line) => {
    expect(readStatement(line)).toEqual({ kind: 'open' })
  })
})
