import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ConfigKeyName } from '../../config/config-keys.ts'
import { type ConfigSources, type FlagValue, loadConfig } from '../../config/load-config.ts'
import { RafkaError } from '../../src/index.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rafka-config-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(name: string, text: string): string {
  const file = join(folder, name)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, text)
  return file
}

function load(sources: Partial<ConfigSources> = {}) {
  return loadConfig({ cwd: folder, env: { HOME: folder }, uid: process.getuid?.(), ...sources })
}

function flags(values: Partial<Record<ConfigKeyName, unknown>>): Map<ConfigKeyName, FlagValue> {
  return new Map(
    Object.entries(values).map(([name, value]) => [name as ConfigKeyName, { flag: `--${name}`, value }] as const),
  )
}

async function failure(sources: Partial<ConfigSources> = {}): Promise<RafkaError> {
  const error = await load(sources).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(RafkaError)
  expect(error).toMatchObject({ code: 'INVALID_CONFIGURATION' })
  return error as RafkaError
}

/** What a person reads of it. */
function told({ message, details }: RafkaError): string {
  return details.hint === undefined ? message : `${message}\nhint: ${String(details.hint)}`
}

describe('a value comes from', () => {
  test('the default when nothing sets it', async () => {
    const config = await load()
    expect(config.files).toEqual([])
    expect(config.value('storage.type')).toBe('sqlite')
    expect(config.value('producer.linger.ms')).toBe(5)
    expect(config.given('storage.type')).toBeUndefined()
    expect(config.origin('storage.type')).toEqual({ from: 'default' })
    expect(config.brokerConfigs()).toEqual({})
  })

  test('a data directory that a flag names, over brokers that no flag names', async () => {
    write('rafka.yaml', 'brokers: [k1:9092]\n')
    expect((await load()).get('brokers')).toEqual(['k1:9092'])
    const env = { HOME: folder, RAFKA_BROKERS: 'k2:9092' }
    const config = await load({ env, flags: flags({ 'data-dir': join(folder, 'd') }) })
    expect(config.get('brokers')).toBeUndefined()
    expect(config.dataDir).toBe(join(folder, 'd'))
    const both = await load({ env, flags: flags({ 'data-dir': join(folder, 'd'), brokers: 'k3:9092' }) })
    expect(both.get('brokers')).toEqual(['k3:9092'])
  })

  test('the file over the default', async () => {
    const file = write('rafka.yaml', '# mine\nstorage: { type: memory }\nbroker:\n  log.retention.ms: 2h\n')
    const config = await load()
    expect(config.files).toEqual([file])
    expect(config.value('storage.type')).toBe('memory')
    expect(config.origin('broker.log.retention.ms')).toEqual({ from: 'file', file, line: 4 })
    expect(config.text('broker.log.retention.ms')).toBe('2h')
    expect(config.brokerConfigs()).toEqual({ 'log.retention.ms': '7200000' })
  })

  test('the environment over the file', async () => {
    write('rafka.yaml', 'storage.type: memory')
    const config = await load({ env: { RAFKA_STORAGE_TYPE: 'sqlite', RAFKA_BROKER_NUM_PARTITIONS: '3' } })
    expect(config.value('storage.type')).toBe('sqlite')
    expect(config.origin('storage.type')).toEqual({ from: 'environment', variable: 'RAFKA_STORAGE_TYPE' })
    expect(config.brokerConfigs()).toEqual({ 'num.partitions': '3' })
  })

  test('a flag over the environment', async () => {
    const config = await load({ env: { RAFKA_BROKERS: 'a:1' }, flags: flags({ brokers: 'b:2,c' }) })
    expect(config.get('brokers')).toEqual(['b:2', 'c:9092'])
    expect(config.origin('brokers')).toEqual({ from: 'flag', flag: '--brokers' })
  })

  test('the default where a variable is empty', async () => {
    const config = await load({ env: { RAFKA_STORAGE_TYPE: '' } })
    expect(config.value('storage.type')).toBe('sqlite')
  })
})

describe('a profile', () => {
  const users = `
producer.acks: 1
current: local
profiles:
  local: { brokers: [l:1], storage.type: memory }
  prod:
    brokers: [k1:1, k2:2]
    protect: true
    producer: { acks: all }
`

  test('that is current is laid over the rest of its file, and under the nearest file', async () => {
    const file = write('.config/rafka/config.yaml', users)
    write('rafka.yaml', 'brokers: [near:1]')
    const config = await load()
    expect(config.profile).toEqual({ name: 'local', chosenBy: `${file}:3`, isNamed: false })
    expect(config.get('brokers')).toEqual(['near:1'])
    expect(config.value('storage.type')).toBe('memory')
    expect(config.origin('storage.type')).toEqual({ from: 'profile', profile: 'local', file, line: 5 })
    expect(config.value('producer.acks')).toBe('1')
  })

  test('that is named holds over every file, but not over environment and flags', async () => {
    write('.config/rafka/config.yaml', users)
    write('rafka.yaml', 'brokers: [near:1]')
    const config = await load({ profile: 'prod', env: { HOME: folder, RAFKA_PROFILE: 'local' } })
    expect(config.profile).toEqual({ name: 'prod', chosenBy: '--profile', isNamed: true })
    expect(config.get('brokers')).toEqual(['k1:1', 'k2:2'])
    expect(config.value('producer.acks')).toBe('all')
    expect(config.value('protect')).toBe(true)
    const byVariable = await load({ env: { HOME: folder, RAFKA_PROFILE: 'prod', RAFKA_BROKERS: 'env:1' } })
    expect(byVariable.profile).toEqual({ name: 'prod', chosenBy: 'RAFKA_PROFILE', isNamed: true })
    expect(byVariable.get('brokers')).toEqual(['env:1'])
  })

  test('that does not exist is an error with the nearest one', async () => {
    write('.config/rafka/config.yaml', users)
    expect(await failure({ profile: 'prd' })).toMatchObject({
      message: '--profile: there is no profile "prd"',
      details: { hint: expect.stringContaining('did you mean "prod"?') },
    })
    const file = write('.config/rafka/config.yaml', 'current: gone')
    expect((await failure()).message).toBe(`${file}:1: there is no profile "gone"`)
    expect((await failure({ file: 'none', profile: 'prod' })).message).toContain('there is no profile')
  })

  test.each([
    ['profiles: { a: { storage.tpye: memory } }', ':1: unknown key "storage.tpye"\nhint: did you mean "storage.type"?'],
    ['profiles: [a]', ':1: "profiles" must be a mapping of names to profiles'],
    ['profiles:\n  "-": {}', ':2: "-" is no name for a profile'],
    ['profiles: { a: x }', ':1: a profile must be a mapping of keys to values'],
    ['current: [a]', ':1: current: expected the name of a profile'],
  ])('that is written as %j is an error with its line', async (text, message) => {
    const file = write('.config/rafka/config.yaml', text)
    expect(told(await failure())).toContain(file + message)
  })

  test("has no place in a folder's own file", async () => {
    const file = write('rafka.yaml', 'storage.type: memory\ncurrent: x')
    expect((await failure()).message).toContain(`${file}:2: profiles belong into the user's file`)
    expect((await load({ file: write('named.yaml', users), profile: 'prod' })).get('brokers')).toEqual(['k1:1', 'k2:2'])
  })
})

describe('the file is', () => {
  test('the nearest rafka.yaml above', async () => {
    write('rafka.yaml', 'broker.num.partitions: 1')
    const near = write('a/rafka.yaml', 'broker.num.partitions: 2')
    mkdirSync(join(folder, 'a/b/c'), { recursive: true })
    expect((await load({ cwd: join(folder, 'a/b/c') })).files).toEqual([near])
  })

  test("the user's for what the nearest one does not say", async () => {
    const near = write('rafka.yaml', 'broker.num.partitions: 2')
    const users = write('.config/rafka/config.yaml', 'storage.type: memory\nbroker.num.partitions: 9')
    const config = await load()
    expect(config.files).toEqual([near, users])
    expect(config.origin('broker.num.partitions')).toEqual({ from: 'file', file: near, line: 1 })
    expect(config.origin('storage.type')).toEqual({ from: 'file', file: users, line: 1 })
  })

  test("the user's when there is none above", async () => {
    const file = write('xdg/rafka/config.yaml', 'storage.type: memory')
    const config = await load({ env: { XDG_CONFIG_HOME: join(folder, 'xdg') } })
    expect(config.files).toEqual([file])
  })

  test('the one that is named, by flag over by variable', async () => {
    write('rafka.yaml', 'broker.num.partitions: 1')
    const other = write('other.yaml', 'broker.num.partitions: 2')
    expect((await load({ env: { RAFKA_CONFIG: 'other.yaml' } })).files).toEqual([other])
    expect((await load({ file: 'other.yaml', env: { RAFKA_CONFIG: 'no.yaml' } })).files).toEqual([other])
  })

  test('none when none is asked for', async () => {
    write('rafka.yaml', 'broker.num.partitions: 1')
    expect((await load({ file: 'none' })).files).toEqual([])
  })

  test('an error when it is named and not there', async () => {
    const error = await failure({ file: 'missing.yaml' })
    expect(error.message).toContain('missing.yaml does not exist')
  })

  test('refused when it was found and belongs to somebody else, who could name hooks in it', async () => {
    const file = write('rafka.yaml', 'hooks: [{ module: ./evil.js }]')
    const error = await failure({ uid: (process.getuid?.() ?? 0) + 1 })
    expect(error.message).toContain(file)
    expect(error.message).toContain('belongs to another user')
  })

  test('read when it is named, whoever it belongs to', async () => {
    write('rafka.yaml', 'storage.type: memory')
    const config = await load({ file: 'rafka.yaml', uid: (process.getuid?.() ?? 0) + 1 })
    expect(config.value('storage.type')).toBe('memory')
  })

  test.skipIf(process.getuid?.() === 0)('an error when it was found and may not be read', async () => {
    chmodSync(write('rafka.yaml', 'storage.type: memory'), 0o000)
    expect((await failure()).message).toContain('cannot be read')
  })

  test('good when it is empty or has nothing but comments', async () => {
    write('rafka.yaml', '# nothing\n')
    expect((await load()).value('storage.type')).toBe('sqlite')
    write('rafka.yaml', '')
    expect((await load()).value('storage.type')).toBe('sqlite')
    write('rafka.yaml', 'storage:\nbroker: ~\n')
    expect((await load()).value('storage.type')).toBe('sqlite')
  })

  test('refused when it is far too large', async () => {
    write('rafka.yaml', `# ${'x'.repeat(1024 * 1024)}`)
    expect((await failure()).message).toContain('at most 1048576')
  })
})

describe('a mistake is told with file, line and what to do', () => {
  test.each([
    ['an unknown key', '\nstorge: { type: memory }', 2, /unknown key "storge"\nhint: did you mean "storage"\?/],
    [
      'an unknown key in a section',
      'storage:\n  typ: memory',
      2,
      /unknown key "storage.typ"\nhint: did you mean "storage.type"\?/,
    ],
    [
      'a key that is near to none',
      'whatever: 1',
      1,
      /unknown key "whatever"\nhint: rafka config show --config none lists all/,
    ],
    ['a key without its section', 'durability: os', 1, /did you mean "storage.durability"\?/],
    ["a broker's key without its section", 'num.partitions: 3', 1, /did you mean "broker.num.partitions"\?/],
    ['a key like those that every object has', '__proto__: { a: 1 }', 1, /unknown key "__proto__"/],
    ['another one of them', 'constructor: 1', 1, /unknown key "constructor"/],
    [
      'a word that is none of the choices',
      'storage.type: rocksdb',
      1,
      /storage.type: expected one of sqlite, memory, not "rocksdb"/,
    ],
    [
      'a wrong type',
      'broker:\n  num.partitions: many',
      2,
      /broker.num.partitions: expected a whole number from 1 to 10000/,
    ],
    ['a number out of range', 'broker.num.partitions: 0', 1, /not 0/],
    ['a wrong unit', 'broker.log.retention.ms: 7x', 1, /expected a duration such as 500ms or 7d .*not "7x"/],
    ['a size as a duration', 'hook.timeout.ms: 5k', 1, /expected a duration/],
    ['a value that is no list', 'hooks: ./a.js', 1, /expected a list of hooks/],
    ['a missing value', 'storage.type:', 1, /storage.type: expected/],
    ['a section that is a value', 'storage: memory', 1, /"storage" must be a mapping/],
    ['a file that is a list', '- storage', 1, /the file must be a mapping/],
    [
      'a key that stands twice',
      'storage.type: memory\nstorage: { type: sqlite }',
      2,
      /"storage.type" stands twice, first in line 1/,
    ],
    ['a key that YAML finds twice', 'brokers: [a]\nbrokers: [b]', 2, /unique/i],
    ['broken YAML', 'brokers: []\nstorage: a: b', 2, /nested mappings/i],
    [
      'a listener with an unknown key',
      'listeners:\n  - { host: a, prot: 1 }',
      2,
      /unknown key "prot"; did you mean "port"\?/,
    ],
    ['a listener without a usable port', 'listeners:\n  - port: 90\n  - port: 99999', 3, /port: expected/],
    ['a hook without a module', 'hooks:\n  - options: {}', 2, /needs a module/],
    ['a broker that is no address', 'brokers:\n  - localhost:1\n  - "a b"', 3, /"a b" is not host:port/],
  ])('%s', async (_, text, line, message) => {
    const file = write('rafka.yaml', text)
    const error = await failure()
    expect(told(error)).toMatch(message)
    expect(error.message.startsWith(`${file}:${line}: `)).toBe(true)
    expect(error.details).toMatchObject({ file, line })
  })

  test('in a variable, with its name', async () => {
    const error = await failure({ env: { RAFKA_STORAGE_TYPE: 'rocksdb' } })
    expect(error.message).toBe('RAFKA_STORAGE_TYPE: expected one of sqlite, memory, not "rocksdb"')
    expect(error.details).toMatchObject({ key: 'storage.type' })
  })

  test('in a flag, with its name', async () => {
    const error = await failure({ flags: flags({ brokers: 'a b' }) })
    expect(error.message).toBe('--brokers: "a b" is not host:port')
  })

  test('aliases cannot blow a small file up', async () => {
    const bomb = [
      'hooks:',
      '- module: a',
      '  options:',
      '    a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefgh'
        .split('')
        .map((name, at) => `    ${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[at]}`).join(',')}]`),
    ]
    write('rafka.yaml', bomb.join('\n'))
    expect((await failure()).message).toMatch(/alias/i)
  })
})

describe('the data directory is', () => {
  test("the user's own when nothing names another", async () => {
    expect((await load({ env: { XDG_DATA_HOME: '/data' } })).dataDir).toBe('/data/rafka')
    expect((await load({ env: { XDG_DATA_HOME: 'not/absolute' } })).dataDir).toMatch(/\/\.local\/share\/rafka$/)
  })

  test('relative to the file that names it', async () => {
    write('sub/conf.yaml', 'storage: { path: ./data }')
    expect((await load({ file: 'sub/conf.yaml' })).dataDir).toBe(join(folder, 'sub/data'))
  })

  test('relative to the working directory in a flag or variable', async () => {
    write('rafka.yaml', 'data-dir: ./file')
    expect((await load({ env: { RAFKA_DATA_DIR: 'env' } })).dataDir).toBe(join(folder, 'env'))
    expect((await load({ env: { RAFKA_DATA_DIR: 'env' }, flags: flags({ 'data-dir': 'flag' }) })).dataDir).toBe(
      join(folder, 'flag'),
    )
  })

  test('the one that a variable names, also when the file calls it storage.path', async () => {
    write('rafka.yaml', 'storage.path: ./file')
    expect((await load({ env: { RAFKA_DATA_DIR: 'env' } })).dataDir).toBe(join(folder, 'env'))
  })

  test('not two at once', async () => {
    const file = write('rafka.yaml', 'data-dir: a\nstorage.path: b')
    expect((await failure()).message).toContain(`${file}:2: data-dir`)
  })
})

describe('lists', () => {
  test('listeners are mappings or addresses, with defaults', async () => {
    write(
      'rafka.yaml',
      'listeners:\n- { host: 0.0.0.0, port: 0, advertised: "kafka.local" }\n- "[::1]:1234"\n- { port: 5 }',
    )
    expect((await load()).value('listeners')).toEqual([
      { host: '0.0.0.0', port: 0, advertised: { host: 'kafka.local', port: 0 } },
      { host: '::1', port: 1234 },
      { host: '127.0.0.1', port: 5 },
    ])
    const fromEnvironment = await load({ env: { RAFKA_LISTENERS: '0.0.0.0:1, localhost:2' } })
    expect(fromEnvironment.value('listeners')).toEqual([
      { host: '0.0.0.0', port: 1 },
      { host: 'localhost', port: 2 },
    ])
  })

  test('the module of a hook is a path next to the file, or a package', async () => {
    write('rafka.yaml', 'hooks:\n- { module: ./a.js, options: { level: 3 }, topics: [x] }\n- { module: some-hook }')
    expect((await load()).get('hooks')).toEqual([
      { module: join(folder, 'a.js'), options: { level: 3 }, topics: ['x'] },
      { module: 'some-hook', options: undefined },
    ])
  })

  test('a variable cannot name a hook', async () => {
    expect((await load({ env: { RAFKA_HOOKS: './evil.js' } })).get('hooks')).toBeUndefined()
  })
})
