import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { silentLogger } from '../../src/core/log.ts'
import { Sqlite } from '../../src/core/sqlite-package.ts'
import { openStorage, storedType } from '../../src/data-directory/open-storage.ts'
import { open, verifyStorage } from '../../src/index.ts'

let dataDir: string

beforeEach(() => {
  const parent = mkdtempSync(join(tmpdir(), 'rafka-verify-'))
  dataDir = join(parent, 'data')
  return () => rmSync(parent, { recursive: true, force: true })
})

/** Three batches of one record each in `orders`. */
async function fill(type: 'sqlite' | 'memory', { valueBytes = 1 } = {}): Promise<void> {
  await using rafka = await open({ dataDir, storage: { type } })
  const producer = rafka.producer()
  for (const value of ['a', 'b', 'c']) await producer.send({ topic: 'orders', value: value.repeat(valueBytes) })
}

/** Changes one byte of a batch, behind the broker's back. */
async function damage(offset = 1): Promise<void> {
  const engine = await openStorage(storedType(dataDir)!, dataDir, {}, silentLogger)
  const { log } = (await engine.logs()).find(({ end }) => end === 3)!
  const batch = (await engine.read(log, offset, 1))[0]!
  const bytes = Buffer.from(batch.bytes)
  bytes[bytes.length - 2]! ^= 0x01
  await engine.commit([{ replace: log, from: offset, to: offset + 1, batches: [{ ...batch, bytes }] }])
  await engine.close()
}

test.each(['sqlite', 'memory'] as const)('a whole store of the %s engine is found whole, and counted', async (type) => {
  await fill(type)
  expect(await verifyStorage(dataDir)).toMatchObject({ storage: type, logs: 1, batches: 3, records: 3, problems: [] })
})

test.each(['sqlite', 'memory'] as const)(
  'a damaged batch of the %s engine is found; a repair keeps the others',
  async (type) => {
    await fill(type)
    await damage()
    const problem = {
      topic: 'orders',
      partition: 0,
      firstOffset: 1,
      lastOffset: 1,
      message: 'the batch at offset 1 is damaged: its checksum (CRC-32C) does not match',
    }
    expect(await verifyStorage(dataDir)).toMatchObject({ problems: [{ ...problem, keptIn: null }], repaired: false })

    const repaired = await verifyStorage(dataDir, { repair: true })
    expect(repaired).toMatchObject({ problems: [problem], repaired: true })
    expect(readFileSync(repaired.problems[0]!.keptIn!).length).toBeGreaterThan(61)
    expect(await verifyStorage(dataDir)).toMatchObject({ batches: 3, records: 2, problems: [] })

    await using rafka = await open({ dataDir })
    const offsets: number[] = []
    for await (const { offset } of rafka.consumer({ topics: ['orders'], to: 'end' })) offsets.push(offset)
    expect(offsets).toEqual([0, 2])
  },
)

test('a batch whose row the sqlite engine finds damaged is taken out too, and the whole store is kept', async () => {
  await fill('sqlite')
  const database = new Sqlite(join(dataDir, 'rafka.db'))
  database.exec('UPDATE batches SET max_timestamp = max_timestamp + 1 WHERE base_offset = 1')
  database.close()
  const problem = { topic: 'orders', firstOffset: 1, lastOffset: 1, message: expect.stringContaining('is damaged') }
  expect(await verifyStorage(dataDir)).toMatchObject({ batches: 2, problems: [problem], repaired: false })

  const keptIn = join(dataDir, 'rafka.db.before-repair')
  expect(await verifyStorage(dataDir, { repair: true })).toMatchObject({ problems: [{ ...problem, keptIn }] })
  expect(existsSync(keptIn)).toBe(true)
  expect(await verifyStorage(dataDir)).toMatchObject({ batches: 3, records: 2, problems: [] })
})

test.each(['sqlite', 'memory'] as const)(
  'a reader reaches the end of a repaired log of the %s engine, whichever batch was damaged',
  async (type) => {
    await fill(type)
    await damage(2)
    expect(await verifyStorage(dataDir, { repair: true })).toMatchObject({ repaired: true })
    await using rafka = await open({ dataDir })
    const offsets: number[] = []
    for await (const { offset } of rafka.consumer({ topics: ['orders'], to: 'end' })) offsets.push(offset)
    expect(offsets).toEqual([0, 1])
  },
)

test('where a file of batches is missing, all before it is kept, and a reader reaches the end', async () => {
  await fill('sqlite')
  await fill('sqlite', { valueBytes: 300_000 })
  await fill('sqlite')
  rmSync(join(dataDir, 'rafka.db-batches'), { recursive: true })
  const { problems } = await verifyStorage(dataDir)
  expect(problems[0]!.message).toContain('1.batches is missing')
  expect(await verifyStorage(dataDir, { repair: true })).toMatchObject({ repaired: true, records: 3 })
  expect(await verifyStorage(dataDir)).toMatchObject({ records: 3, problems: [] })
  await using rafka = await open({ dataDir })
  const offsets: number[] = []
  for await (const { offset } of rafka.consumer({ topics: ['orders'], to: 'end' })) offsets.push(offset)
  expect(offsets).toEqual([0, 1, 2])
  const { offset } = await rafka.producer().send({ topic: 'orders', value: 'next' })
  expect(offset).toBe(9)
})

test('a store that cannot be opened is a problem that names the file; a repair saves what there is and keeps the file', async () => {
  await fill('sqlite')
  writeFileSync(join(dataDir, 'rafka.db'), Buffer.alloc(8_192, 'garbage'))
  const { problems } = await verifyStorage(dataDir)
  expect(problems.length).toBeGreaterThan(0)
  for (const { message } of problems) expect(message).toContain(join(dataDir, 'rafka.db'))

  const repaired = await verifyStorage(dataDir, { repair: true })
  expect(repaired).toMatchObject({ repaired: true, batches: 0 })
  expect(readFileSync(repaired.problems[0]!.keptIn!).includes('garbage')).toBe(true)
  expect((await verifyStorage(dataDir)).problems).toEqual([])
})

test('a write-ahead log that is damaged in the middle is rebuilt up to there', async () => {
  await fill('memory')
  const file = join(dataDir, readdirSync(dataDir).find((name) => name.startsWith('wal-') && name.endsWith('.log'))!)
  const bytes = readFileSync(file)
  bytes[Math.floor(bytes.length / 2)]! ^= 0x10
  writeFileSync(file, bytes)
  const { problems } = await verifyStorage(dataDir)
  expect(problems[0]!.message).toContain(file)
  expect(await verifyStorage(dataDir, { repair: true })).toMatchObject({ repaired: true })
  expect((await verifyStorage(dataDir)).problems).toEqual([])
})

test('a missing directory is not created', async () => {
  await expect(verifyStorage(dataDir)).rejects.toMatchObject({ code: 'DATA_DIRECTORY_UNUSABLE' })
  expect(existsSync(dataDir)).toBe(false)
})

test('an empty directory has nothing to be damaged, and stays empty', async () => {
  mkdirSync(dataDir)
  expect(await verifyStorage(dataDir)).toMatchObject({ storage: null, logs: 0, problems: [] })
  expect(existsSync(join(dataDir, 'rafka.db'))).toBe(false)
})

test('a store that is being served is not looked into', async () => {
  await using rafka = await open({ dataDir })
  expect(rafka.status().role).toBe('owner')
  await expect(verifyStorage(dataDir)).rejects.toMatchObject({ code: 'DATA_DIRECTORY_IN_USE' })
})
