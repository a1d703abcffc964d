import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isRafkaError } from '../../../src/core/errors.ts'
import { openMemoryEngine } from '../../../src/storage/memory/memory-engine.ts'
import { loadFiles } from '../../../src/storage/memory/recovery.ts'
import { verifyMemory } from '../../../src/storage/memory/verify-memory.ts'
import { storedBatch } from '../../support/stored-batch.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const maxBytes = 2 ** 26
const commits = 8

/** One value that tells how many of the commits a directory holds, and that they are what was committed. */
async function heldCommits(directory: string): Promise<number> {
  const { state } = await loadFiles(directory)
  const batches = [...(state.logs.get(1)?.batches() ?? [])]
  batches.forEach((batch, at) => {
    expect(Buffer.from(batch.bytes)).toEqual(storedBatch(at).bytes)
    expect([batch.baseOffset, batch.lastOffset, batch.maxTimestamp]).toEqual([at, at, 1000 + at])
  })
  expect(state.entries.get('count')?.toString() ?? '0').toBe(String(batches.length))
  return batches.length
}

async function writeCommits(directory: string, options: { durability?: 'fsync' | 'os'; reclaimAfter?: number } = {}) {
  const engine = await openMemoryEngine({ path: directory, maxBytes, durability: options.durability ?? 'fsync' })
  const ends: number[] = [sizeOf(directory)]
  for (let at = 0; at < commits; at++) {
    await engine.commit([
      { append: 1, batch: storedBatch(at) },
      { put: 'count', value: Buffer.from(String(at + 1)) },
    ])
    ends.push(sizeOf(directory))
    if (at === options.reclaimAfter) await engine.reclaim()
  }
  // As a crash leaves it: without what closing adds.
  const crashed = temporaryDirectory()
  cpSync(directory, crashed, { recursive: true })
  await engine.close()
  return { crashed, ends }
}

function sizeOf(directory: string): number {
  return statSync(join(directory, 'wal-1.log'), { throwIfNoEntry: false })?.size ?? 0
}

describe('a write-ahead log', () => {
  test('cut at any byte, it opens with every commit that is whole, and opening it again changes nothing', async () => {
    const { crashed, ends } = await writeCommits(temporaryDirectory())
    const whole = readFileSync(join(crashed, 'wal-1.log'))
    const directory = temporaryDirectory()
    const file = join(directory, 'wal-1.log')
    for (let size = 0; size <= whole.length; size++) {
      writeFileSync(file, whole.subarray(0, size))
      const expected = ends.filter((end) => end <= size).length - 1
      expect(await heldCommits(directory)).toBe(Math.max(0, expected))
      // Opening through the engine is slower: at each end of a frame and around it, and now and then.
      if (size % 41 !== 0 && !ends.some((end) => Math.abs(end - size) <= 1)) continue
      await (await openMemoryEngine({ path: directory, maxBytes, durability: 'fsync' })).close()
      const once = readFileSync(file)
      expect(await heldCommits(directory)).toBe(Math.max(0, expected))
      await (await openMemoryEngine({ path: directory, maxBytes, durability: 'fsync' })).close()
      expect(readFileSync(file).equals(once)).toBe(true)
    }
  })

  test('flipped at any bit, it opens with all that was before, or says where it is damaged, and never drops what follows', async () => {
    const { crashed, ends } = await writeCommits(temporaryDirectory())
    const file = join(crashed, 'wal-1.log')
    const whole = readFileSync(file)
    const lastFrameAt = ends.at(-2)!
    for (let bit = 0; bit < whole.length * 8; bit += 5) {
      const damaged = Buffer.from(whole)
      const at = bit >> 3
      damaged[at]! ^= 1 << (bit & 7)
      writeFileSync(file, damaged)
      const outcome = await heldCommits(crashed).catch((error: unknown) => error)
      if (at >= lastFrameAt) expect(outcome, `bit ${bit}`).toBe(commits - 1)
      else
        expect(
          isRafkaError(outcome, 'STORAGE_CORRUPT') && outcome.message.includes(file),
          `bit ${bit}: ${String(outcome)}`,
        ).toBe(true)
    }
  })

  test('after a clean end, a flip in its last commit is told too', async () => {
    const directory = temporaryDirectory()
    const { ends } = await writeCommits(directory)
    const file = join(directory, 'wal-1.log')
    const whole = readFileSync(file)
    for (let at = ends.at(-2)!; at < ends.at(-1)!; at++) {
      const damaged = Buffer.from(whole)
      damaged[at]! ^= 0x10
      writeFileSync(file, damaged)
      await expect(heldCommits(directory)).rejects.toMatchObject({
        code: 'STORAGE_CORRUPT',
        details: { file, at: ends.at(-2) },
      })
    }
  })

  test('with durability os, what was not yet durable may be cut off from its first damage on', async () => {
    const { crashed, ends } = await writeCommits(temporaryDirectory(), { durability: 'os' })
    const file = join(crashed, 'wal-1.log')
    const damaged = readFileSync(file)
    damaged[ends[3]! + 30]! ^= 1
    writeFileSync(file, damaged)
    expect(await heldCommits(crashed)).toBe(3)
    await (await openMemoryEngine({ path: crashed, maxBytes, durability: 'os' })).close()
    expect(await heldCommits(crashed)).toBe(3)
  })

  test('bytes of a record that look like a frame are not taken for one', async () => {
    const directory = temporaryDirectory()
    const { crashed, ends } = await writeCommits(temporaryDirectory())
    const frame = readFileSync(join(crashed, 'wal-1.log')).subarray(ends[1], ends[2])
    const engine = await openMemoryEngine({ path: directory, maxBytes, durability: 'fsync' })
    await engine.commit([{ put: 'before', value: Buffer.alloc(1) }])
    const size = sizeOf(directory)
    await engine.commit([{ put: 'frames', value: Buffer.concat([frame, frame, frame]) }])
    const torn = readFileSync(join(directory, 'wal-1.log')).subarray(0, sizeOf(directory) - 1)
    await engine.close()
    writeFileSync(join(directory, 'wal-1.log'), torn)
    const { state, wals } = await loadFiles(directory)
    expect([...state.entries.keys()]).toEqual(['before'])
    expect(wals[0]).toMatchObject({ soundBytes: size })
  })
})

describe('a snapshot', () => {
  test('cut or flipped at any byte, it is refused by name and place', async () => {
    const { crashed } = await writeCommits(temporaryDirectory(), { reclaimAfter: 4 })
    const file = join(crashed, 'snapshot-2.bin')
    const whole = readFileSync(file)
    expect(readdirSync(crashed).sort()).toEqual(['snapshot-2.bin', 'wal-2.log', 'wal.lock'])
    expect(await heldCommits(crashed)).toBe(commits)
    for (let at = 0; at < whole.length; at++) {
      const flipped = Buffer.from(whole)
      flipped[at]! ^= 1 << (at & 7)
      for (const damaged of [whole.subarray(0, at), flipped]) {
        writeFileSync(file, damaged)
        const outcome = await heldCommits(crashed).catch((error: unknown) => error)
        expect(
          isRafkaError(outcome, 'STORAGE_CORRUPT') && outcome.details.file === file,
          `${at}: ${String(outcome)}`,
        ).toBe(true)
      }
    }
    writeFileSync(file, Buffer.concat([whole, whole.subarray(36)]))
    await expect(heldCommits(crashed)).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' })
  })
})

test('verify names every damaged place, and nothing in a sound directory or one with a torn end', async () => {
  const { crashed, ends } = await writeCommits(temporaryDirectory())
  const file = join(crashed, 'wal-1.log')
  const whole = readFileSync(file)
  expect(await verifyMemory(crashed)).toEqual([])
  writeFileSync(file, whole.subarray(0, -5))
  expect(await verifyMemory(crashed)).toEqual([])
  const damaged = Buffer.from(whole)
  for (const frame of [2, 5]) damaged[ends[frame]! + 40]! ^= 4
  writeFileSync(file, damaged)
  const places = (await verifyMemory(crashed)).map(({ where }) => where)
  expect(places).toEqual([`byte ${ends[2]}`, `byte ${ends[5]}`])
  const flagged = await verifyMemory(crashed, (batch) => (batch.baseOffset === 7 ? 'it is odd' : undefined))
  expect(flagged.at(-1)).toEqual({ file, where: `byte ${ends[7]}, offset 7`, what: 'it is odd' })
})
