import { describe, expect, test } from 'vitest'
import { startRafka } from '../support/rafka-process.ts'
import { useWorkbench } from '../support/with-directory.ts'

const bench = useWorkbench()

describe('top', () => {
  test('gives a sample for each look', async () => {
    await bench.run(['produce', 'a', 'x', 'y'])
    const { out } = await bench.run(['top', '-n', '2', '-s', '100ms', '--json'])
    const [first, second] = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(first).toMatchObject({ brokers: 1, topics: [{ name: 'a', records: 2, records_per_second: null }] })
    expect(second).toMatchObject({
      topics: [{ name: 'a', records: 2, records_per_second: 0, read_per_second: null, lag: null }],
    })
  })

  test('tells what groups commit, and how far behind the last one is', async () => {
    await bench.run(['produce', 'a', '1', '2', '3', '4'])
    for (const [group, read] of [
      ['fast', '3'],
      ['slow', '1'],
    ] as const) {
      await bench.run(['consume', 'a', '-g', group, '-n', read])
    }
    const top = startRafka(['top', '-s', '100ms', '--json'], bench.env)
    await top.until(() => top.out.includes('"read_per_second":0,"lag":3'))
    await bench.run(['consume', 'a', '-g', 'slow', '-n', '2'])
    await top.until(() => /"read_per_second":[1-9]\d*\.?\d*,"lag":1/.test(top.out))
    await bench.run(['topics', 'trim', 'a', '-o', 'end', '--yes'])
    await top.until(() => top.out.includes('"lag":0'))
    top.child.kill('SIGINT')
    expect((await top.finish()).code).toBe(0)
  })

  test('calls what a compacted topic holds an estimate', async () => {
    await bench.run(['topics', 'create', 'k', '-c', 'cleanup.policy=compact'])
    await bench.run(['produce', 'k', '-k', 'a', '1', '2'])
    expect((await bench.run(['top', '-n', '1'])).out).toMatch(/^k +- +- +- +- +~2 /m)
  })
})
