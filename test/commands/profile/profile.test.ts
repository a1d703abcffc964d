import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { useWorkbench } from '../support/with-directory.ts'

const bench = useWorkbench()
const users = () => join(bench.folder, '.config/rafka/config.yaml')

function write(text: string): void {
  mkdirSync(dirname(users()), { recursive: true })
  writeFileSync(users(), text)
}

const rafka = (...words: string[]) => bench.run(words)

describe('a profile', () => {
  test('is created from what flags say, in a file for its owner alone, and keeps what stands there', async () => {
    write('# mine\nstorage: { type: memory } # fast\n')
    expect(await rafka('profile', 'create', 'prod', '-b', 'k1:9092,k2', '--protect', '-X', 'acks=1')).toMatchObject({
      code: 0,
      out: 'created prod\n',
    })
    expect(readFileSync(users(), 'utf8')).toBe(`# mine
storage: { type: memory } # fast
profiles:
  prod:
    producer.acks: "1"
    brokers: [ k1:9092, k2:9092 ]
    protect: true
`)
    expect(statSync(users()).mode & 0o777).toBe(0o600)
    const other = await rafka('profile', 'create', 'copy', '--from', 'prod', '-X', 'linger.ms=1s', '--prompt', 'bg-red')
    expect(other.code).toBe(0)
    expect((await rafka('profile', 'show', 'copy', '--json')).json()).toMatchObject({
      profile: 'copy',
      settings: [
        { key: 'brokers', value: ['k1:9092', 'k2:9092'], from: 'profile', source: users() },
        { key: 'protect', value: true },
        { key: 'prompt', value: 'bg-red' },
        { key: 'producer.acks', value: '1' },
        { key: 'producer.linger.ms', value: 1000 },
      ],
    })
  })

  test('is used until another one is, and - is the one before', async () => {
    await rafka('profile', 'create', 'one', '-b', 'one:1', '--use')
    await rafka('profile', 'create', 'two', '-b', 'two:2')
    expect((await rafka('profile', 'use', 'two')).out).toBe('now using two\n')
    expect((await rafka('config', 'show', 'brokers', '--json')).json()).toMatchObject({
      profile: 'two',
      settings: [{ value: ['two:2'], from: 'profile' }],
    })
    for (const expected of ['one', 'two', 'one']) {
      expect((await rafka('profile', 'use', '-')).out).toBe(`now using ${expected}\n`)
    }
    expect((await rafka('profile', 'list')).out).toBe(
      'NAME  CURRENT  BROKERS  DATA-DIR  PROTECTED\none   *        one:1    -\ntwo            two:2    -\n',
    )
    expect((await rafka('profile', 'prompt')).out).toBe('one\n')
    expect((await rafka('profile', 'prompt', '--profile', 'two')).out).toBe('two\n')
  })

  test('is shown with what holds over it', async () => {
    await rafka('profile', 'create', 'one', '-b', 'one:1', '-X', 'acks=1', '--use')
    const env = { RAFKA_PRODUCER_ACKS: '0' }
    const { out } = await bench.run(['profile', 'show', '--origin', '-X', 'linger.ms=7'], { env })
    const rows = out.split('\n').map((line) => line.split(/ {2,}/))
    expect(rows.filter(([key]) => key !== 'data-dir' && key !== 'storage.durability')).toEqual([
      [`profile one, chosen by ${users()}:5`],
      ['KEY', 'VALUE', 'FROM'],
      ['brokers', 'one:1', 'profile one'],
      ['producer.acks', '0', 'RAFKA_PRODUCER_ACKS'],
      ['producer.linger.ms', '7', '-X linger.ms'],
      [''],
    ])
    expect((await rafka('profile', 'show', '--config', 'none')).code).toBe(2)
  })

  test('is renamed and deleted, and is current no more', async () => {
    await rafka('profile', 'create', 'one', '-b', 'one:1', '--use')
    expect((await rafka('profile', 'rename', 'one', 'first')).out).toBe('renamed one to first\n')
    expect((await rafka('profile', 'prompt')).out).toBe('first\n')
    expect((await rafka('profile', 'delete', 'first')).out).toBe('deleted first\n')
    expect(await rafka('profile', 'prompt')).toMatchObject({ code: 0, out: '' })
    expect((await rafka('profile', 'list', '--json')).json()).toEqual({ file: users(), profiles: [] })
  })

  test.each([
    [['create'], 2, 'the profile has no name'],
    [['create', 'x'], 2, 'the profile would hold nothing'],
    [['create', '-', '-b', 'a:1'], 2, '"-" is no name for a profile'],
    [['create', 'one', '-b', 'a:1'], 2, 'there is a profile "one" already'],
    [['create', 'x', '-b', 'a:b:c'], 2, '--brokers: "a:b:c" is not host:port'],
    [['create', 'x', '-X', 'acks=some'], 2, '-X acks: expected one of all, 1, 0'],
    [['create', 'x', '--from', 'on'], 1, 'there is no profile "on"\nhint: did you mean "one"?'],
    [['use', 'oen'], 1, 'there is no profile "oen"\nhint: did you mean "one"?'],
    [['use', '-'], 2, 'no other profile was used before'],
    [['use'], 2, 'no profile was named'],
    [['rename', 'one'], 2, 'two names are needed'],
    [['delete', 'none'], 1, 'there is no profile "none"'],
    [['edit'], 2, 'an editor needs a terminal'],
  ])('%j ends with %d and says %j', async (words, code, message) => {
    await rafka('profile', 'create', 'one', '-b', 'one:1')
    const before = readFileSync(users(), 'utf8')
    const ran = await rafka('profile', ...words)
    expect(ran).toMatchObject({ code, out: '' })
    expect(ran.err).toContain(message)
    expect(readFileSync(users(), 'utf8')).toBe(before)
  })
})

describe('-X', () => {
  test('sets a property by the name that Kafka has for it, under flags and over everything else', async () => {
    const env = { RAFKA_PRODUCER_LINGER_MS: '1ms' }
    const words = [
      'config',
      'show',
      '--json',
      '-X',
      'linger.ms=9',
      '-X',
      'request.timeout.ms=3s',
      '-X',
      'num.partitions=7',
    ]
    const { settings } = (await bench.run([...words, '-X', 'bootstrap.servers=x:1', '-b', 'y:2'], { env })).json() as {
      settings: Array<{ key: string; value: unknown; from: string }>
    }
    expect(settings.filter(({ from }) => from === 'flag').map(({ key, value }) => [key, value])).toEqual([
      ['brokers', ['y:2']],
      ['broker.num.partitions', '7'],
      ['producer.linger.ms', 9],
      ['producer.request.timeout.ms', 3000],
      ['consumer.request.timeout.ms', 3000],
    ])
  })

  test.each([
    ['lingerms=1', 'unknown property "lingerms"', 'did you mean "linger.ms"?'],
    ['linger.ms', '"linger.ms" is not KEY=VALUE', '-X list'],
    ['acks=2', '-X acks: expected one of all, 1, 0, not "2"', ''],
    ['sasl.password=hunter2', 'secrets have no place on a command line', 'put it into a file'],
  ])('%s is refused with %j', async (property, message, hint) => {
    const { code, out, err } = await rafka('config', 'show', '-X', property)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(message)
    expect(err).toContain(hint)
    expect(err).not.toContain('hunter2')
  })

  test('lists what there is, and helps', async () => {
    for (const words of [
      ['-X', 'list'],
      ['topics', 'list', '-Xlist'],
      ['consume', 't', '-X', 'list'],
    ]) {
      expect((await rafka(...words)).out).toMatch(/^linger\.ms +5ms +producer\.linger\.ms$/m)
    }
    expect((await rafka('-X', 'help')).out).toMatch(
      /^acks\n {4}Who must have a record .*\n {4}one of all, 1, 0; default all$/m,
    )
    expect((await rafka('-X', 'list', '--json')).json()).toMatchObject({ properties: expect.any(Array) })
  })
})

describe('a protected profile', () => {
  test('wants the name of what is destroyed, not only --yes', async () => {
    await rafka('topics', 'create', 'a', 'b')
    const dataDir = bench.env.RAFKA_DATA_DIR!
    await rafka('profile', 'create', 'prod', '--data-dir', dataDir, '--protect', '--use')
    for (const words of [
      ['delete', 'a'],
      ['delete', 'a', '--yes'],
      ['delete', 'a', '-y', '--confirm', 'b'],
      ['delete', 'a', 'b', '-y'],
    ]) {
      expect(await rafka('topics', ...words)).toMatchObject({ code: 2, out: '' })
    }
    expect((await rafka('topics', 'delete', 'a', '-y')).err).toContain('hint: add --confirm a')
    expect((await rafka('topics', 'delete', 'a', 'b', '-y')).err).toContain('hint: add --confirm 2')
    expect((await rafka('topics', 'delete', 'a', '--confirm', 'a')).out).toBe('deleted a\n')
    await rafka('produce', 'b', 'x')
    expect(await rafka('topics', 'trim', 'b', '-o', 'end', '--yes')).toMatchObject({ code: 2 })
    expect(await rafka('topics', 'trim', 'b', '-o', 'end', '--confirm', 'b')).toMatchObject({ code: 0 })
  })
})
