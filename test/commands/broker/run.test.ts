import { describe, expect, test } from 'vitest'
import { rafkaCommand, runShell, startRafka } from '../support/rafka-process.ts'
import { useWorkbench } from '../support/with-directory.ts'

const bench = useWorkbench()

describe('broker run', () => {
  test('gives a command a broker, and its exit code back', async () => {
    const inside = `${rafkaCommand} topics list --format tsv; echo "$RAFKA_BROKERS $KAFKA_BOOTSTRAP_SERVERS"; exit 7`
    const line = `rafka broker run --seed-topic orders:3 --seed-topic a -- sh -c '${inside.replaceAll("'", `'\\''`)}'`
    const { code, out, err } = await runShell(line, bench.env)
    expect({ code, err }).toEqual({ code: 7, err: '' })
    expect(out).toMatch(/^a\t1\t1\t0\t.*\norders\t3\t1\t0\t.*\n(127\.0\.0\.1:\d+) \1\n$/)
  })

  test('hands the flags after the command to it, and signals too', async () => {
    const script =
      'process.on("SIGTERM", () => process.exit(5)); setInterval(() => {}, 1e9); console.log(process.argv[1])'
    const rafka = startRafka(['broker', 'run', process.execPath, '-e', script, '--', '--json'], bench.env)
    await rafka.until(() => rafka.out.includes('--json\n'))
    rafka.child.kill('SIGTERM')
    expect(await rafka.finish()).toMatchObject({ code: 5, signal: null })
  })

  test('tells by which signal the command ended', async () => {
    expect((await runShell("rafka broker run -- sh -c 'kill -9 $$'", bench.env)).code).toBe(137)
  })

  test.each([
    [[], 'there is no command to run'],
    [['--', 'no-such-command-here'], 'there is no such command'],
    [['--seed-topic', 'a:b', 'true'], '"a:b" is not NAME or NAME:PARTITIONS'],
    [['-b', 'h:1', '--', 'true'], '--brokers has no place here'],
  ])('%j is refused', async (words, message) => {
    const { code, err } = await bench.run(['broker', 'run', ...words])
    expect(code).toBe(2)
    expect(err).toContain(message)
  })
})
