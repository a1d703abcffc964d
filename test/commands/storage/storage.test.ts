import { expect, test } from 'vitest'
import { useWorkbench } from '../support/with-directory.ts'

const bench = useWorkbench()

test('storage inspect tells what each partition holds', async () => {
  await bench.run(['topics', 'create', 'b', '-p', '2'])
  await bench.run(['produce', 'a', 'x', 'y'])
  const { code, out } = await bench.run(['storage', 'inspect'])
  expect(code).toBe(0)
  const rows = out.split('\n').map((line) => line.split(/ {2,}/))
  expect(rows[0]).toEqual(['TOPIC', 'PARTITION', 'START', 'END', 'RECORDS', 'BATCHES', 'SIZE'])
  expect(rows[1]).toEqual(['a', '0', '0', '2', '2', '1', expect.stringMatching(/^\d+ B$/)])
  expect(rows.slice(2, 4).map((row) => row.slice(0, 5))).toEqual([
    ['b', '0', '0', '0', '0'],
    ['b', '1', '0', '0', '0'],
  ])
  expect((await bench.run(['storage', 'inspect', 'a', '--json'])).json()).toMatchObject({
    ok: true,
    partitions: [{ topic: 'a', start_offset: 0, end_offset: 2, records: 2, batches: 1, damaged_batches: 0 }],
  })
})

test('storage dump shows batch by batch', async () => {
  await bench.run(['produce', 'a', 'x', 'y', '-z', 'gzip'])
  await bench.run(['produce', 'a', 'z'])
  const { out } = await bench.run(['storage', 'dump', 'a', '--json'])
  const batches = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as object)
  expect(batches).toMatchObject([
    { base_offset: 0, last_offset: 1, records: 2, compression: 'gzip', crc_valid: true },
    { base_offset: 2, last_offset: 2, records: 1, compression: 'none', crc_valid: true },
  ])
  expect((await bench.run(['storage', 'dump', 'a'])).out).toMatch(/^TOPIC +PARTITION +FIRST/)
})

test('storage compact keeps the last record of each key', async () => {
  await bench.run(['topics', 'create', 'users', '-c', 'cleanup.policy=compact', '-c', 'segment.ms=1'])
  await bench.run(['produce', 'users', '-K', ':'], { stdin: ['a:1\nb:1\na:2\na:3\n'] })
  await bench.run(['produce', 'users', '-K', ':', 'c:1'])
  const dry = await bench.run(['storage', 'compact', 'users', '--dry-run', '--json'])
  expect((await bench.run(['consume', 'users', '-e'])).out).toBe('1\n1\n2\n3\n1\n')
  const ran = await bench.run(['storage', 'compact', 'users', '--json'])
  expect(ran.code).toBe(0)
  expect(dry.json()).toEqual(ran.json())
  expect(ran.json()).toMatchObject({ partitions: [{ records_before: 4, records_after: 2 }] })
  expect(ran.json()).toMatchObject({ ok: true, partitions: [{ topic: 'users', partition: 0 }] })
  const { out } = await bench.run(['consume', 'users', '-e', '-f', '%k=%v\\n'])
  expect(out.trimEnd().split('\n').at(-1)).toBe('c=1')
})

test('storage compact leaves a topic alone that is not compacted', async () => {
  await bench.run(['produce', 'plain', 'a', 'b'])
  const refused = await bench.run(['storage', 'compact', 'plain'])
  expect(refused).toMatchObject({ code: 1, out: '' })
  expect(refused.err).toMatch(
    /"plain" is not one that is compacted.*\nhint: rafka topics alter plain --set cleanup.policy=compact/,
  )
  expect((await bench.run(['consume', 'plain', '-e'])).out).toBe('a\nb\n')
})

test('storage compact is for a topic that exists, in a data directory', async () => {
  expect(await bench.run(['storage', 'compact', 'none'])).toMatchObject({ code: 1 })
  expect(await bench.run(['storage', 'compact', 'x', '-b', 'localhost:1'])).toMatchObject({ code: 2 })
  expect(await bench.run(['storage', 'compact'])).toMatchObject({ code: 2 })
})

test('storage verify finds nothing wrong with a store that is good', async () => {
  await bench.run(['produce', 'a', 'x', 'y'])
  const { code, out } = await bench.run(['storage', 'verify'])
  expect(code).toBe(0)
  expect(out).toMatch(/sqlite {2}1 partition, 1 batch, 2 records, \d+ B\nnothing is damaged\n$/)
  const onTerminal = await bench.run(['storage', 'verify'], { terminals: ['stdout'], columns: 12 })
  expect(onTerminal.out.split('\n').slice(-3)).toEqual([
    '\u001b[38;5;28mnothing is\u001b[39m',
    '\u001b[38;5;28mdamaged\u001b[39m',
    '',
  ])
  expect((await bench.run(['storage', 'verify', '--json'])).json()).toMatchObject({
    ok: true,
    records: 2,
    problems: [],
  })
})

test('storage verify needs a directory that is there', async () => {
  expect(await bench.run(['storage', 'verify'])).toMatchObject({ code: 1, out: '' })
})
