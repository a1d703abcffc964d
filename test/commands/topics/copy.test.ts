import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { open } from '../../../src/open.ts'
import { startTestBroker } from '../../../src/testing.ts'
import { useWorkbench } from '../support/with-directory.ts'

const bench = useWorkbench()

async function records(words: readonly string[]): Promise<unknown[]> {
  const { out } = await bench.run(['consume', ...words, '-e', '-f', 'json'])
  return out
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const { partition, timestamp, key, value, headers } = JSON.parse(line)
      return { partition, timestamp, key, value, headers }
    })
    .sort((a, b) => a.partition - b.partition)
}

describe('topics copy', () => {
  test('takes over keys, headers, tombstones, timestamps, partitions and configs', async () => {
    await using broker = await startTestBroker()
    await bench.run(['topics', 'create', 'a', '-p', '3', '-c', 'cleanup.policy=compact'])
    const line = (key: string, partition: number) =>
      JSON.stringify({
        key,
        value: null,
        partition,
        timestamp: 1700000000000 + partition,
        headers: [
          { key: 'h', value: key },
          { key: 'h', value: null },
        ],
      })
    await bench.run(['produce', 'a', '-f', 'json', '--keep', 'partition,timestamp'], {
      stdin: [`${line('x', 2)}\n${line('y', 0)}\n`],
    })
    await bench.run(['produce', 'a', '-k', 'k', 'v'])
    const ran = await bench.run(['topics', 'copy', 'a', 'b', '--to', broker.brokers, '--json'])
    expect(ran.json()).toMatchObject({ ok: true, source: 'a', destination: 'b', created: true, copied: 3 })
    expect(await records(['b', '-b', broker.brokers])).toEqual(await records(['a']))
    const described = await bench.run(['topics', 'describe', 'b', '--json', '-b', broker.brokers])
    expect(described.out).toContain('"name":"cleanup.policy","value":"compact"')
  })

  test('goes by key where there are more partitions, and takes a range', async () => {
    await bench.run(['produce', 'a', '1', '2', '3'])
    await bench.run(['topics', 'create', 'b', '-p', '2'])
    expect((await bench.run(['topics', 'copy', 'a', 'b', '-o', '1:2'])).out).toMatch(/^copied a to b {2}1 record, 1 B/)
    expect((await bench.run(['consume', 'b', '-e'])).out).toBe('2\n')
  })

  test('brings a topic to the cluster of a profile, with what that says of users', async () => {
    await using cluster = await open({ storage: { type: 'memory' } })
    await cluster.admin().setCredentials([{ user: 'me', mechanism: 'SCRAM-SHA-256', password: 'secret' }])
    const { port } = await cluster.listen({ port: 0, sasl: ['SCRAM-SHA-256'] })
    const file = join(bench.folder, 'profiles.yaml')
    const prod = { brokers: [`127.0.0.1:${port}`], 'sasl.username': 'me', 'sasl.password': 'secret' }
    writeFileSync(file, JSON.stringify({ profiles: { prod } }), { mode: 0o600 })
    await bench.run(['produce', 'orders', 'a', 'b'])
    // What is said of the source does not hold there.
    const env = { RAFKA_SASL_USERNAME: 'somebody else' }
    const ran = await bench.run(['topics', 'copy', 'orders', 'theirs', '--to', 'prod', '--config', file], { env })
    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining('copied orders to theirs in prod') })
    const read = ['consume', 'theirs', '-e', '--config', file, '--profile', 'prod']
    expect(await bench.run(read)).toMatchObject({ code: 0, out: 'a\nb\n' })
  })

  test('brings a topic from a cluster into a directory', async () => {
    await using broker = await startTestBroker({ topics: ['a'] })
    await bench.run(['produce', 'a', 'x', '-b', broker.brokers])
    const ran = await bench.run(['topics', 'copy', 'a', 'a', '-b', broker.brokers, '--to', './data'])
    expect(ran).toMatchObject({ code: 0, err: '' })
    expect((await bench.run(['consume', 'a', '-e'])).out).toBe('x\n')
  })

  test.each([
    [['a'], 2, 'a topic to copy and one to copy it to'],
    [['a', 'a'], 2, 'cannot be copied to itself'],
    [['none', 'b'], 1, 'topic "none" does not exist'],
    [['a', 'b/c'], 1, 'b/c'],
    [['a', 'b', '--to', '127.0.0.1:1'], 3, 'no broker answers'],
  ])('%j ends with %d', async (words, code, message) => {
    await bench.run(['produce', 'a', 'x'])
    const ran = await bench.run(['topics', 'copy', ...words])
    expect(ran).toMatchObject({ code, out: '' })
    expect(ran.err).toContain(message)
  })
})
