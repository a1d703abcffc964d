import { describe, expect, test } from 'vitest'
import { startRafka } from '../support/rafka-process.ts'
import { useWorkbench } from '../support/with-directory.ts'

const bench = useWorkbench()

async function startBroker(...flags: string[]) {
  const broker = startRafka(['broker', 'start', '--port', '0', ...flags], bench.env)
  await broker.until(() => broker.out.includes('\n'))
  return { broker, brokers: broker.out.trim().replace('BROKERS=', '') }
}

describe('broker start', () => {
  test('tells its address on stdout, its log on stderr, and serves by network and by directory', async () => {
    const { broker, brokers } = await startBroker()
    expect(broker.out).toMatch(/^BROKERS=127\.0\.0\.1:\d+\n$/)
    expect(broker.err).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z info {2}serving data directory /)
    await bench.run(['produce', 't', 'by directory'])
    await bench.run(['produce', 't', 'by network', '-b', brokers])
    expect((await bench.run(['consume', 't', '-e', '--brokers', brokers])).out).toBe('by directory\nby network\n')
    expect((await bench.run(['broker', 'status', '--json'])).json()).toMatchObject({
      served: true,
      owner: { pid: broker.child.pid, listeners: [brokers] },
    })
    const second = await bench.run(['broker', 'start', '--port', '0'])
    expect(second).toMatchObject({ code: 1, out: '' })
    expect(second.err).toMatch(
      new RegExp(`error: .*in use by process ${broker.child.pid}.*\nhint: rafka broker status`),
    )
    const other = await bench.run(['broker', 'start', '--listen', brokers, '--data-dir', `${bench.folder}/other`])
    expect(other).toMatchObject({ code: 1, out: '' })
    expect(other.err).toMatch(/error: cannot listen on .*\nhint: --port N listens elsewhere/)
    const elsewhere = await bench.run([
      'broker',
      'start',
      '--listen',
      '192.0.2.1:0',
      '--data-dir',
      `${bench.folder}/third`,
    ])
    expect(elsewhere.err).toMatch(/error: cannot listen on 192\.0\.2\.1:0: it is not an address of this machine\n$/)
    broker.child.kill('SIGTERM')
    expect(await broker.finish()).toMatchObject({ code: 0, signal: null })
    expect((await bench.run(['consume', 't', '-n', '1'])).out).toBe('by directory\n')
  })

  test('takes the place of a command that happens to serve the directory, and the command goes on, then and afterwards', async () => {
    const follower = startRafka(['consume', 't'], bench.env)
    await bench.run(['produce', 't', 'before'])
    await follower.until(() => follower.out === 'before\n')
    for (const round of [1, 2]) {
      const { broker, brokers } = await startBroker()
      await bench.run(['produce', 't', `by network ${round}`, '-b', brokers])
      await follower.until(() => follower.out.endsWith(`by network ${round}\n`))
      broker.child.kill('SIGTERM')
      expect(await broker.finish()).toMatchObject({ code: 0 })
      await bench.run(['produce', 't', `after ${round}`])
      await follower.until(() => follower.out.endsWith(`after ${round}\n`))
    }
    follower.child.kill('SIGINT')
    const { out, err } = await follower.ended()
    expect(out).toBe('before\nby network 1\nafter 1\nby network 2\nafter 2\n')
    expect(err).toMatch(/^(waiting for topic "t" to be created.*\n)?$/)
  })

  test('takes settings by flag, and tells what it is in JSON', async () => {
    const { broker } = await startBroker('--storage', 'memory', '--set', 'num.partitions=3', '--json')
    expect(JSON.parse(broker.out)).toMatchObject({ brokers: [expect.any(String)], storage: 'memory' })
    expect(() =>
      broker.err
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).not.toThrow()
    await bench.run(['topics', 'create', 't'])
    expect((await bench.run(['topics', 'list', '--json'])).json()).toMatchObject({ topics: [{ partitions: 3 }] })
    broker.child.kill('SIGINT')
    expect(await broker.finish()).toMatchObject({ code: 0 })
  })

  test.each([
    [['--port', '70000'], /from 0 to 65535/],
    [['--port', '1', '--listen', 'a:1'], /exclude each other/],
    [['--listen', 'a:b'], /--listen: "a:b" is not host:port/],
    [['--storage', 'rocksdb'], /--storage: expected one of sqlite, memory/],
    [['--set', 'num.partitons=3'], /unknown config "num.partitons".*\nhint: did you mean "num.partitions"/],
    [['--set', 'num.partitions=many'], /--set num.partitions: expected a whole number/],
    [['--brokers', 'a:1'], /--brokers has no place here/],
  ])('refuses %j', async (flags, message) => {
    const { code, out, err } = await bench.run(['broker', 'start', ...flags])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(message)
  })

  test('that runs into a mistake in the configuration of the broker ends with 2', async () => {
    const { code, err } = await bench.run(['broker', 'start'], { env: { RAFKA_BROKER_NUM_PARTITIONS: '-3' } })
    expect(code).toBe(2)
    expect(err).toContain('RAFKA_BROKER_NUM_PARTITIONS: expected a whole number')
  })
})

describe('broker status', () => {
  test('of a directory that nobody serves says so with 1, and does not create it', async () => {
    const { code, out } = await bench.run(['broker', 'status'])
    expect(code).toBe(1)
    expect(out).toBe(`nobody serves ${bench.env.RAFKA_DATA_DIR}, which does not exist\n`)
    expect((await bench.run(['broker', 'status', '--json'])).json()).toMatchObject({ served: false, exists: false })
  })
})

describe('broker stop', () => {
  test('ends the broker in order and waits for it', async () => {
    const { broker } = await startBroker()
    expect(await bench.run(['broker', 'stop'])).toMatchObject({ code: 0, out: `stopped process ${broker.child.pid}\n` })
    expect(await broker.finish()).toMatchObject({ code: 0, signal: null })
    expect(await bench.run(['broker', 'status'])).toMatchObject({ code: 1 })
  })

  test('is an error where nobody serves', async () => {
    const { code, err } = await bench.run(['broker', 'stop'])
    expect(code).toBe(1)
    expect(err).toContain('nobody serves')
  })
})
