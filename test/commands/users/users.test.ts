import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { open } from '../../../src/open.ts'
import { useWorkbench } from '../support/with-directory.ts'

const bench = useWorkbench()
const canary = 'canary-4711, with=signs'

beforeEach(() => writeFileSync(join(bench.folder, 'secret'), `${canary}\r\nmore\n`))

const users = (...words: string[]) => bench.run(['users', ...words])
const create = (...words: string[]) => users('create', ...words, '--password-file', 'secret')
const listed = async () => (await users('list', '--json')).json() as { users: unknown }

describe('users create', () => {
  test('lets somebody log in with both mechanisms, and with PLAIN', async () => {
    expect(await create('alice')).toMatchObject({
      code: 0,
      out: 'created alice  SCRAM-SHA-256, SCRAM-SHA-512\n',
      err: '',
    })
    await using rafka = await open({ dataDir: bench.env.RAFKA_DATA_DIR, storage: { durability: 'none' } })
    const { port } = await rafka.listen({ port: 0, sasl: ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] })
    for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512']) {
      const words = ['topics', 'list', '-b', `127.0.0.1:${port}`, '-X', 'sasl.username=alice']
      const ran = await bench.run([...words, '-X', `sasl.mechanism=${mechanism}`, '-X', 'sasl.password_file=secret'])
      expect(ran).toMatchObject({ code: 0, err: '' })
    }
  })

  test('takes mechanisms and iterations', async () => {
    await create('alice', '--mechanism', 'SCRAM-sha-512', '--iterations', '8192')
    expect(await listed()).toEqual({
      users: [{ user: 'alice', credentials: [{ mechanism: 'SCRAM-SHA-512', iterations: 8192 }] }],
    })
  })

  test('takes the password from stdin where that is said', async () => {
    const words = ['users', 'create', 'alice', '--password-file', '-']
    expect(await bench.run(words, { stdin: ['pass'] })).toMatchObject({ code: 0 })
    expect((await listed()).users).toHaveLength(1)
  })

  test('refuses a user who exists, and says what changes the password', async () => {
    await create('alice')
    expect(await create('alice')).toMatchObject({
      code: 1,
      err: 'error: user "alice" exists already\nhint: rafka users alter alice changes the password\n',
    })
  })

  test.each([
    ['no name', ['create'], /the user has no name/],
    ['nobody to type the password', ['create', 'bob'], /nobody is here to type.*\nhint: .*--password-file FILE/],
    ['an empty password', ['create', 'bob', '--password-file', 'empty'], /the first line of empty is empty/],
    ['a file that is not there', ['create', 'bob', '--password-file', 'nowhere'], /nowhere/],
    [
      'another mechanism',
      ['create', 'bob', '--mechanism', 'plain'],
      /error: --mechanism: expected scram-sha-256 or scram-sha-512, not "plain"/,
    ],
    ['too few iterations', ['create', 'bob', '--iterations', '100'], /from 4096 to 16384/],
  ])('refuses %s', async (_, words, message) => {
    writeFileSync(join(bench.folder, 'empty'), '\nsecond line')
    const ran = await users(...words)
    expect(ran).toMatchObject({ code: 2, err: expect.stringMatching(message) })
    expect(await listed()).toEqual({ users: [] })
  })
})

describe('users list', () => {
  test('tells how each may log in', async () => {
    expect(await users('list')).toMatchObject({ code: 0, out: '' })
    await create('bob', '--mechanism', 'scram-sha-256')
    await create('alice')
    expect((await users('list')).out).toBe(
      [
        'USER   MECHANISM      ITERATIONS',
        'alice  SCRAM-SHA-256        4096',
        'alice  SCRAM-SHA-512        4096',
        'bob    SCRAM-SHA-256        4096',
        '',
      ].join('\n'),
    )
  })
})

describe('users alter', () => {
  test('changes the mechanisms that the user has, or those that are named', async () => {
    await create('alice', '--mechanism', 'scram-sha-256')
    const alter = (...words: string[]) => users('alter', 'alice', '--password-file', 'secret', ...words)
    expect(await alter('--iterations', '5000')).toMatchObject({ code: 0, out: 'altered alice  SCRAM-SHA-256\n' })
    await alter('--mechanism', 'scram-sha-512')
    expect(await listed()).toEqual({
      users: [
        {
          user: 'alice',
          credentials: [
            { mechanism: 'SCRAM-SHA-256', iterations: 5000 },
            { mechanism: 'SCRAM-SHA-512', iterations: 4096 },
          ],
        },
      ],
    })
  })

  test('wants a user who is there, and names the nearest', async () => {
    await create('alice')
    expect(await users('alter', 'alise', '--password-file', 'secret')).toMatchObject({
      code: 1,
      err: 'error: user "alise" does not exist\nhint: did you mean "alice"?  rafka users list\n',
    })
  })
})

describe('users delete', () => {
  test('is asked for before', async () => {
    await create('alice')
    expect(await users('delete', 'alice')).toMatchObject({ code: 2, err: expect.stringContaining('--yes') })
    expect(await users('delete', 'alice', '-y')).toMatchObject({ code: 0 })
    expect(await listed()).toEqual({ users: [] })
  })

  test('of one who is not there fails for that one alone', async () => {
    await create('alice')
    const ran = await users('delete', 'bob', 'alice', '-y', '--json')
    expect(ran.code).toBe(1)
    expect(ran.json()).toMatchObject({
      results: [
        { user: 'bob', status: 'failed', error: 'RESOURCE_NOT_FOUND' },
        { user: 'alice', status: 'deleted', error: null },
      ],
    })
    expect(await users('delete', 'bob', '-y', '--if-exists')).toMatchObject({ code: 0, err: '' })
  })
})

test('a password is in no output', async () => {
  const env = { RAFKA_SASL_PASSWORD: canary, RAFKA_SASL_USERNAME: 'alice' }
  const runs = [
    ['users', 'create', 'alice', '--password-file', 'secret', '-v'],
    ['users', 'create', 'alice', '--password-file', 'secret', '--json'],
    ['config', 'show'],
    ['config', 'show', '--json'],
    ['config', 'show', 'sasl', '--format', 'yaml'],
    ['config', 'check', '--json'],
    ['profile', 'show', '--origin'],
    ['topics', 'list', '-b', '127.0.0.1:1', '--debug'],
    ['topics', 'list', '-b', '127.0.0.1:1', '--json'],
    ['-X', 'list'],
    ['-X', `sasl.password=${canary}`, 'topics', 'list'],
    ['repl', '-c', 'config show sasl'],
  ]
  for (const words of runs) {
    const { out, err } = await bench.run(words, { env })
    expect(out + err, words.join(' ')).not.toContain('4711')
  }
  expect((await bench.run(['config', 'show', 'sasl.password'], { env })).out).toContain('(hidden)')
})
