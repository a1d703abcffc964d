/**
 * Appends and reads through each storage engine, beside what the disk itself gives.
 *
 *     npx tsx bench/engines.ts
 */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StorageEngine } from '../src/core/storage-engine.ts'
import { openMemoryEngine } from '../src/storage/memory/memory-engine.ts'
import { openSqliteEngine } from '../src/storage/sqlite/sqlite-engine.ts'
import { measure, report, type Subject } from './measure.ts'

const TOTAL_BYTES = 128 * 2 ** 20
const IN_FLIGHT_BYTES = 4 * 2 ** 20
const directory = await mkdtemp(join(tmpdir(), 'rafka-bench-'))
let count = 0

/** Appends batches of one size, as many at a time as a busy producer has in flight, then gives the MB. */
async function append(engine: StorageEngine, batchBytes: number): Promise<number> {
  const log = 1
  const [extent] = (await engine.logs()).filter((one) => one.log === log)
  let offset = extent?.end ?? 0
  const atOnce = Math.max(1, Math.min(64, Math.floor(IN_FLIGHT_BYTES / batchBytes)))
  const batches = Math.ceil(Math.min(TOTAL_BYTES, batchBytes * 20_000) / batchBytes)
  for (let sent = 0; sent < batches; sent += atOnce) {
    const commits = []
    for (let index = 0; index < atOnce; index++, offset++) {
      const bytes = Buffer.alloc(batchBytes, index)
      commits.push(
        engine.commit([{ append: log, batch: { baseOffset: offset, lastOffset: offset, maxTimestamp: 1, bytes } }]),
      )
    }
    await Promise.all(commits)
  }
  await engine.commit([{ trim: log, before: offset }])
  return (batches * batchBytes) / 1e6
}

async function read(engine: StorageEngine): Promise<number> {
  let bytes = 0
  for (let offset = 0; ; ) {
    const batches = await engine.read(1, offset, 2 ** 20)
    const last = batches.at(-1)
    if (last === undefined) return bytes / 1e6
    offset = last.lastOffset + 1
    for (const batch of batches) bytes += batch.bytes.length
  }
}

function rawFile(batchBytes: number): Subject {
  return {
    name: `plain file, fdatasync per ${IN_FLIGHT_BYTES / 2 ** 20} MiB`,
    run() {
      const file = openSync(join(directory, `raw-${count++}`), 'w')
      const batch = Buffer.alloc(batchBytes)
      let sinceSync = 0
      let bytes = 0
      for (; bytes < TOTAL_BYTES; bytes += batchBytes) {
        writeSync(file, batch)
        sinceSync += batchBytes
        if (sinceSync >= IN_FLIGHT_BYTES) {
          fdatasyncSync(file)
          sinceSync = 0
        }
      }
      fdatasyncSync(file)
      closeSync(file)
      return bytes / 1e6
    },
  }
}

const sqlite = await openSqliteEngine({ path: join(directory, 'sqlite'), durability: 'fsync' })
const memoryWithLog = await openMemoryEngine({
  path: join(directory, 'memory'),
  maxBytes: 2 ** 30,
  durability: 'fsync',
})
const memory = await openMemoryEngine({ maxBytes: 2 ** 30, durability: 'none' })
const engines = [
  { name: 'sqlite, fsync', engine: sqlite },
  { name: 'memory with write-ahead log, fsync', engine: memoryWithLog },
  { name: 'memory alone', engine: memory },
]

for (const [title, batchBytes] of [
  ['1 MiB', 2 ** 20],
  ['100 kB', 100_000],
  ['1 kB', 1000],
] as const) {
  const appenders = engines.map(({ name, engine }) => ({ name, run: () => append(engine, batchBytes) }))
  report(`append batches of ${title}`, 'MB/s', await measure([rawFile(batchBytes), ...appenders]))
}

for (const { engine } of engines) {
  const first = (await engine.logs()).find(({ log }) => log === 1)?.end ?? 0
  for (let offset = first; offset < first + 100; offset++) {
    const bytes = Buffer.alloc(2 ** 20, offset)
    await engine.commit([{ append: 1, batch: { baseOffset: offset, lastOffset: offset, maxTimestamp: 1, bytes } }])
  }
}
report(
  'read batches of 1 MiB',
  'MB/s',
  await measure(engines.map(({ name, engine }) => ({ name, run: () => read(engine) }))),
)

for (const { engine } of engines) await engine.close()
await rm(directory, { recursive: true })
