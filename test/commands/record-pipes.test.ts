import { describe, expect, test } from 'vitest'
import { runShell, startRafka } from './support/rafka-process.ts'
import { useWorkbench } from './support/with-directory.ts'

const bench = useWorkbench()

describe('records through real pipes', () => {
  test('are the same after consume -f json | produce -f json, and after sizes', async () => {
    await bench.run(['produce', 'a', '-f', '%K{byte}%k%V{byte}%v%H{byte}%h{%K{byte}%k%V{byte}%v}'], {
      stdin: [
        Buffer.from('\x01k\x03\n\x00\xff\x02\x01h\x011\x01h\xff', 'latin1'),
        Buffer.from('\xff\xff\x00', 'latin1'),
        Buffer.from('\x00\x00\x00', 'latin1'),
      ],
    })
    const line = `rafka consume a -ef json | rafka produce b -f json --keep timestamp
      f='%d{big64}%K{big32}%k%H{big16}%h{%K{big16}%k%V{big32}%v}%V{big32}%v'
      rafka consume a -ef "$f" | rafka produce c -f "$f"
      cmp <(rafka consume a -ef json | sed 's/"topic":"a"//') <(rafka consume b -ef json | sed 's/"topic":"b"//') &&
      cmp <(rafka consume a -ef "$f") <(rafka consume c -ef "$f") && rafka consume c -ef json | wc -l`
    expect(await runShell(line, bench.env)).toMatchObject({ code: 0, out: '3\n', err: '' })
  })

  test('end quietly when the reader has enough, filtered and counted too', async () => {
    await bench.run(['produce', 'n', '--repeat', '50000', 'some text that is long enough to fill a pipe'])
    const line =
      "rafka consume n -ef '%i %v\\n' | head -1; rafka consume n -G v:text | head -1; rafka consume n --last 40000 | head -1"
    const text = 'some text that is long enough to fill a pipe'
    expect(await runShell(line, bench.env)).toMatchObject({ code: 0, out: `1 ${text}\n${text}\n${text}\n`, err: '' })
  })

  test('that are told of may lose their reader: all are produced', async () => {
    const line = "seq 100000 | rafka produce n -o '%o\\n' | head -1; rafka consume n -e | tail -1"
    expect(await runShell(line, bench.env)).toMatchObject({ code: 0, out: '0\n100000\n', err: '' })
  })
})

describe('an end that is to be reached', () => {
  test('is where it was, though the topic grows meanwhile', async () => {
    await bench.run(['produce', 'n', '--repeat', '200', 'x'.repeat(100_000)])
    const consumer = startRafka(['consume', 'n', '-ef', '%o %v\\n'], bench.env)
    consumer.child.stdout.pause()
    await new Promise((resolve) => consumer.child.stdout.once('readable', resolve))
    await bench.run(['produce', 'n', '--repeat', '50', 'late'])
    consumer.child.stdout.resume()
    const { code, out } = await consumer.finish()
    expect(code).toBe(0)
    expect(out.trimEnd().split('\n').at(-1)).toMatch(/^199 x+$/)
  })

  test('is before a transaction that is open, where only what is committed is wanted', async () => {
    await bench.run(['produce', 't', '-k', 'a', 'before'])
    const producer = startRafka(['produce', 't', '-k', 'a', '--batch-bytes', '1k', '--transaction'], bench.env)
    producer.child.stdin.write(`${'x'.repeat(3000)}\n`)
    const ends = async () =>
      (await bench.run(['topics', 'describe', 't', '--format', 'tsv'])).out.split('\t').slice(4, 6)
    while ((await ends())[0] !== '2');
    expect(await ends()).toEqual(['2', '1'])
    expect((await bench.run(['topics', 'describe', 't'])).out).toMatch(/END {2}LAST-STABLE {2}RECORDS/)
    for (const range of ['-e', '--last=5', '--latest-per-key', '-o=@-1h:end', '-o=-1:end']) {
      const { out } = await bench.run(['consume', 't', range, '--isolation', 'read_committed'])
      expect({ range, out }).toEqual({ range, out: 'before\n' })
    }
    producer.child.stdin.end()
    expect((await producer.finish()).code).toBe(0)
    expect((await bench.run(['topics', 'describe', 't'])).out).not.toContain('LAST-STABLE')
  })

  test('of a topic that is deleted meanwhile is an error, and no wait for ever', async () => {
    await bench.run(['produce', 'n', '--repeat', '600', 'x'.repeat(100_000)])
    const consumer = startRafka(['consume', 'n', '-e'], bench.env)
    consumer.child.stdout.pause()
    await new Promise((resolve) => consumer.child.stdout.once('readable', resolve))
    expect((await bench.run(['topics', 'delete', 'n', '--yes'])).code).toBe(0)
    consumer.child.stdout.resume()
    const { code, err } = await consumer.finish()
    expect(code).toBe(1)
    expect(err).toMatch(/^error: topic "n" was deleted while it was read\n/)
  })
})

test('a second Ctrl-C ends a producer at once, and tells what was not acknowledged', async () => {
  const broker = startRafka(['broker', 'start', '--port', '0'], bench.env)
  await broker.until(() => broker.out.includes('\n'))
  const brokers = broker.out.trim().replace('BROKERS=', '')
  const producer = startRafka(['produce', 'logs', '-b', brokers], { HOME: bench.folder })
  const consumer = startRafka(['consume', 'logs', '-b', brokers, '-n', '1'], { HOME: bench.folder })
  producer.child.stdin.write('1\n')
  expect(await consumer.finish()).toMatchObject({ code: 0, out: '1\n' })
  // A broker that stands still neither answers nor goes away.
  broker.child.kill('SIGSTOP')
  producer.child.stdin.write('2\n3\n')
  // By then it has read them: they came before the signal that it answers by going on to wait.
  const exit = producer.ended()
  const repeat = setInterval(() => producer.child.kill('SIGINT'), 300)
  const { signal, err } = await exit
  clearInterval(repeat)
  broker.child.kill('SIGCONT')
  expect(signal).toBe('SIGINT')
  expect(err).toMatch(/^\d records? not acknowledged\n$/)
})
