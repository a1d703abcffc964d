import { describe, expect, test } from 'vitest'
import { startTestBroker } from '../../../src/testing.ts'
import { useWorkbench } from '../support/with-directory.ts'

const bench = useWorkbench()

test('cluster info tells the brokers and how much there is', async () => {
  await using broker = await startTestBroker({ topics: ['a', { name: 'b', partitions: 3 }] })
  const { out } = await bench.run(['cluster', 'info', '-b', broker.brokers])
  expect(out).toMatch(/^cluster [\w-]+ {2}1 broker, 2 topics, 4 partitions\nBROKER +HOST +PORT +CONTROLLER\n/)
  expect((await bench.run(['cluster', 'info', '-b', broker.brokers, '--json'])).json()).toMatchObject({
    controller_id: 1,
    brokers: [{ id: 1, host: '127.0.0.1', port: broker.port, controller: true }],
    topics: 2,
    partitions: 4,
  })
})

describe('cluster health', () => {
  test('is good where every partition has its leader', async () => {
    await bench.run(['topics', 'create', 'a', '-p', '2'])
    expect(await bench.run(['cluster', 'health'])).toMatchObject({
      code: 0,
      out: 'healthy  1 broker, 2 partitions\n',
    })
  })

  test('waits for a broker that is not there yet', async () => {
    const unused = await startTestBroker()
    await unused.close()
    const waiting = bench.run(['cluster', 'health', '--wait', '1m', '--json', '-b', unused.brokers])
    await using _ = await startTestBroker({ port: unused.port })
    expect((await waiting).json()).toMatchObject({ healthy: true, reasons: [] })
  })

  test('ends with 3 where none is reached', async () => {
    expect(await bench.run(['cluster', 'health', '-b', '127.0.0.1:1'])).toMatchObject({ code: 3 })
  })
})

describe('cluster config', () => {
  test('is set, got, listed and set back', async () => {
    const config = (...words: string[]) => bench.run(['cluster', 'config', ...words])
    expect(await config('set', 'log.retention.ms=1000', 'num.partitions=3', '--dry-run')).toMatchObject({
      code: expect.any(Number),
    })
    expect((await config('set', 'log.retention.ms=1000')).out).toBe('altered log.retention.ms\n')
    expect((await config('get', 'log.retention.ms', '--format', 'tsv')).out).toMatch(
      /^log\.retention\.ms\t1000\tdynamic-/,
    )
    expect((await config('list')).out).toMatch(/^log\.retention\.ms +1000 +dynamic-/m)
    expect((await config('set', '--delete', 'log.retention.ms')).code).toBe(0)
    expect((await config('get', 'log.retention.ms', '--json')).json()).toMatchObject({
      broker: '1',
      configs: [{ value: '604800000', default: true }],
    })
  })

  test('that is not there is an error that names the nearest', async () => {
    const { code, err } = await bench.run(['cluster', 'config', 'get', 'num.partition'])
    expect(code).toBe(1)
    expect(err).toContain('hint: did you mean "num.partitions"?')
    expect(await bench.run(['cluster', 'config', 'get'])).toMatchObject({ code: 2 })
    expect(await bench.run(['cluster', 'config', 'set'])).toMatchObject({ code: 2 })
  })
})
