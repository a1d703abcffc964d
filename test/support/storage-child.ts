import { execFileSync } from 'node:child_process'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { isRafkaError } from '../../src/core/errors.ts'
import type { StorageEngine } from '../../src/core/storage-engine.ts'
import { openMemoryEngine } from '../../src/storage/memory/memory-engine.ts'
import { openSqliteEngine } from '../../src/storage/sqlite/sqlite-engine.ts'
import { smallFiles } from './small-files.ts'
import { storedBatch } from './stored-batch.ts'

/**
 * A process of its own that writes through an engine: `storage-child.ts <sqlite|sqlite with files|memory> <directory> <load|limit|open>`.
 *
 * - `load`: appends to three logs without end, and prints `<log> <end>` for each commit that was acknowledged.
 * - `limit`: appends until files may not grow, then without the limit, and prints what happened as JSON.
 * - `open`: opens, prints `open` or the error's code, and stays.
 */
const [engineName, path, mode] = process.argv.slice(2) as [string, string, string]

if (mode === 'load') await load(await open())
else if (mode === 'limit') console.log(JSON.stringify(await limit()))
else await stayOpen()

function open(): Promise<StorageEngine> {
  if (engineName === 'sqlite') return openSqliteEngine({ path, durability: 'fsync' })
  if (engineName === 'sqlite with files') {
    // One file that grows, where the limit is on the size of files.
    const fileLimits = mode === 'limit' ? { ...smallFiles, fileBytes: 2 ** 30 } : smallFiles
    return openSqliteEngine({ path, durability: 'fsync', fileLimits })
  }
  // A snapshot every now and then, so that the process also dies while one is being written.
  return openMemoryEngine({ path, durability: 'fsync', maxBytes: 2 ** 28, snapshotBytes: 200_000 })
}

async function load(engine: StorageEngine): Promise<never> {
  const ends = new Map((await engine.logs()).map(({ log, end }) => [log, end]))
  const appendTo = async (log: number): Promise<never> => {
    for (;;) {
      const base = ends.get(log) ?? 0
      const batch = storedBatch(base, base + (base % 3), { mark: log, sizeBytes: 100 + (base % 5000) })
      ends.set(log, batch.lastOffset + 1)
      await engine.commit([
        { append: log, batch },
        { put: `end/${log}`, value: Buffer.from(String(batch.lastOffset + 1)) },
        { trim: log, before: Math.max(0, base - 500) },
      ])
      process.stdout.write(`${log} ${batch.lastOffset + 1}\n`)
    }
  }
  return (await Promise.all([1, 2, 3].map(appendTo)))[0]!
}

async function limit(): Promise<Record<string, unknown>> {
  const engine = await open()
  let end = 0
  const append = async () => {
    await engine.commit([{ append: 1, batch: storedBatch(end, end, { sizeBytes: 50_000 }) }])
    end++
  }
  setFileSizeLimit('3000000')
  const refusal = await untilRefused(append)
  const readable = (await engine.read(1, 0, 1e9)).length
  setFileSizeLimit('unlimited')
  const endBefore = end
  for (let count = 0; count < 10; count++) await append()
  await engine.close()
  const again = await open()
  const kept = (await again.read(1, 0, 1e9)).length
  await again.close()
  return { refusal: isRefusal(refusal), endBefore, readable, end, kept }
}

/** Until ten in a row are refused: after the first, an engine may find room in its own files. */
async function untilRefused(append: () => Promise<void>): Promise<unknown> {
  let refusal: unknown
  for (let refused = 0; refused < 10; ) {
    try {
      await append()
      refused = 0
    } catch (error) {
      refusal = error
      refused++
    }
    await nextTurn()
  }
  return refusal
}

function isRefusal(error: unknown): boolean {
  return isRafkaError(error, 'KAFKA_STORAGE_ERROR')
}

function setFileSizeLimit(bytes: string): void {
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:unlimited`])
}

async function stayOpen(): Promise<void> {
  try {
    await open()
    console.log('open')
    process.stdin.resume()
  } catch (error) {
    console.log(isRafkaError(error) ? error.code : String(error))
  }
}
