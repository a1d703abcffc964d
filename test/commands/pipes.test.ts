import { describe, expect, test } from 'vitest'
import { runShell, startRafka } from './support/rafka-process.ts'
import { useWorkbench } from './support/with-directory.ts'

const bench = useWorkbench()

describe('through real pipes', () => {
  test('what goes in comes out, with nothing else on stdout or stderr', async () => {
    const line = 'seq 1 300000 | rafka produce numbers && rafka consume numbers -e | cmp - <(seq 1 300000) && echo same'
    expect(await runShell(line, bench.env)).toMatchObject({ code: 0, out: 'same\n', err: '' })
  })

  test('a file as stdin, and a file as stdout', async () => {
    const line =
      'cd "$HOME"; seq 1 100000 > in; rafka produce n < in && rafka consume n -e > out && cmp in out && rafka produce m --file <(seq 5) && rafka consume m -e'
    expect(await runShell(line, bench.env)).toMatchObject({ code: 0, out: '1\n2\n3\n4\n5\n', err: '' })
  })

  test('a reader that has enough ends a follow at once, quietly and with 0', async () => {
    await bench.run(['produce', 'n'], { stdin: [numbers(200_000)] })
    const { code, out, err } = await runShell('rafka consume n | head -3', bench.env)
    expect({ code, out, err }).toEqual({ code: 0, out: '0\n1\n2\n', err: '' })
  })

  test('a reader that has enough of a table ends it with 0', async () => {
    await bench.run(['topics', 'create', 'n'])
    const { code, err } = await runShell('rafka config show | head -1 > /dev/null; rafka topics list | true', bench.env)
    expect({ code, err }).toEqual({ code: 0, err: '' })
  })

  test('a stdout that is full is a failure', async () => {
    await bench.run(['produce', 'n', 'x'])
    const line =
      'for words in "consume n -e" "topics list" "help" "config show"; do rafka $words > /dev/full; echo $?; done'
    const { out, err } = await runShell(line, bench.env)
    expect(out).toBe('1\n'.repeat(4))
    expect(err).toMatch(/^(error: cannot write to stdout: ENOSPC.*\n){4}$/)
  })

  test('a slow reader loses nothing', async () => {
    const input = numbers(300_000)
    await bench.run(['produce', 'n'], { stdin: [input] })
    const consumer = startRafka(['consume', 'n', '-e'], bench.env)
    consumer.child.stdout.pause()
    await new Promise((resolve) => consumer.child.stdout.once('readable', resolve))
    // It ends only when all was taken: until then it waits, and serves the directory to others meanwhile.
    expect((await bench.run(['topics', 'list', '--json'])).json()).toMatchObject({ topics: [{ records: 300_000 }] })
    consumer.child.stdout.resume()
    const { code, out } = await consumer.finish()
    expect(code).toBe(0)
    expect(out === input).toBe(true)
  })

  test('help and errors can be piped too', async () => {
    const { out, err } = await runShell('rafka consume --help | cat; rafka nonsense 2>&1 | cat', bench.env)
    expect(out).toMatch(/^rafka consume/)
    expect(out).toMatch(/\nerror: unknown command "nonsense"\nhint: rafka --help\n$/)
    expect(out + err).not.toContain('\u001b')
  })
})

describe('a live pipe', () => {
  test('delivers each line as it comes, between two processes without a server', async () => {
    const consumer = startRafka(['consume', 'logs'], bench.env)
    const producer = startRafka(['produce', 'logs'], bench.env)
    for (const line of ['one\n', 'two\n', 'three\n']) {
      producer.child.stdin.write(line)
      await consumer.until(() => consumer.out.endsWith(line))
    }
    expect(await producer.finish()).toMatchObject({ code: 0, out: '', err: '' })
    consumer.child.kill('SIGINT')
    expect(await consumer.finish()).toMatchObject({ code: 0, out: 'one\ntwo\nthree\n', err: '' })
  })

  test('reads topics that match when they come', async () => {
    const consumer = startRafka(['consume', '-v', '-r', 'logs-.*'], bench.env)
    await consumer.until(() => consumer.err.includes('waiting for a topic that matches "logs-.*"'))
    await bench.run(['produce', 'other'], { stdin: 'not this\n' })
    await bench.run(['produce', 'logs-a'], { stdin: 'one\n' })
    await consumer.until(() => consumer.out === 'one\n')
    consumer.child.kill('SIGINT')
    expect(await consumer.finish()).toMatchObject({ code: 0, out: 'one\n' })
  })

  test('that is interrupted sends what it has read, but no half line, and ends with 130', async () => {
    const producer = startRafka(['produce', 'logs', '--json'], bench.env)
    const consumer = startRafka(['consume', 'logs'], bench.env)
    producer.child.stdin.write('read\nand half a line')
    await consumer.until(() => consumer.out.includes('read'))
    producer.child.kill('SIGINT')
    const { code, out } = await producer.ended()
    expect(code).toBe(130)
    expect(JSON.parse(out)).toMatchObject({ ok: true, produced: 1, failed: 0 })
    consumer.child.kill('SIGINT')
    expect(await consumer.finish()).toMatchObject({ code: 0, out: 'read\n' })
  })

  test('that is interrupted while batches fill tells what it has sent', async () => {
    const producer = startRafka(['produce', 'logs', '--linger', '10s', '--json'], bench.env)
    const consumer = startRafka(['consume', 'logs'], bench.env)
    producer.child.stdin.write(numbers(400_000))
    await consumer.until(() => consumer.out.length > 0)
    producer.child.kill('SIGINT')
    const { code, out } = await producer.ended()
    const { produced, failed } = JSON.parse(out) as { produced: number; failed: number }
    expect({ code, failed }).toEqual({ code: 130, failed: 0 })
    await consumer.until(() => consumer.out.split('\n').length > produced)
    expect(consumer.out).toBe(numbers(produced))
  })

  test('out of a broker that dies tells so, and goes on when one is there again', async () => {
    const start = async (port: string) => {
      const broker = startRafka(['broker', 'start', '--port', port], bench.env)
      await broker.until(() => broker.out.includes('\n'))
      return { broker, brokers: broker.out.trim().replace('BROKERS=', '') }
    }
    const { broker, brokers } = await start('0')
    await bench.run(['produce', 'logs', '1', '-b', brokers])
    const consumer = startRafka(['consume', 'logs', '-b', brokers], { HOME: bench.folder })
    await consumer.until(() => consumer.out === '1\n')
    broker.child.kill('SIGKILL')
    await broker.finish()
    await consumer.until(() => consumer.err.includes('trying again for a minute\n'))
    expect(consumer.err).toContain(brokers)
    const again = await start(brokers.split(':')[1]!)
    await bench.run(['produce', 'logs', '2', '-b', brokers])
    await consumer.until(() => consumer.out === '1\n2\n')
    consumer.child.kill('SIGINT')
    expect(await consumer.finish()).toMatchObject({ code: 0 })
    again.broker.child.kill('SIGTERM')
    await again.broker.finish()
  })

  test('into a broker that dies fails with true counts', async () => {
    const broker = startRafka(['broker', 'start', '--port', '0'], bench.env)
    await broker.until(() => broker.out.includes('\n'))
    const brokers = broker.out.trim().replace('BROKERS=', '')
    const env = { HOME: bench.folder, RAFKA_PRODUCER_DELIVERY_TIMEOUT_MS: '500ms' }
    const producer = startRafka(['produce', 'logs', '-b', brokers], env)
    const consumer = startRafka(['consume', 'logs', '-b', brokers, '-n', '2'], env)
    producer.child.stdin.write('1\n2\n')
    expect(await consumer.finish()).toMatchObject({ code: 0, out: '1\n2\n' })
    broker.child.kill('SIGKILL')
    await broker.finish()
    // Stdin stays open: it must not take its end to notice.
    producer.child.stdin.write('3\n4\n')
    const { code, err } = await producer.ended()
    expect(code).toBe(1)
    expect(err).toMatch(/^error: /)
    expect(err).toContain('2 of 4 records were produced (last acked line 2)')
  })
})

describe('Ctrl-C', () => {
  test('before the end of bounded work is 130, of SIGTERM 143', async () => {
    await bench.run(['topics', 'create', 'n'])
    for (const [signal, expected] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      const consumer = startRafka(['consume', 'n', '-n', '5', '-v'], bench.env)
      await bench.run(['produce', 'n', 'x'])
      await consumer.until(() => consumer.out.includes('x\n'))
      consumer.child.kill(signal)
      expect(await consumer.finish()).toMatchObject({ code: expected })
    }
  })
})

function numbers(count: number): string {
  return Array.from({ length: count }, (_, at) => `${at}\n`).join('')
}
