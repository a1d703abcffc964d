import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Change, LogId, StorageEngine } from '../../src/core/storage-engine.ts'
import { changeOf, rounds } from './arbitrary-changes.ts'
import { everythingOf, StorageModel } from './storage-model.ts'
import { comparable, infoOf, storedBatch } from './stored-batch.ts'

/** One store: what is opened again is what was closed. */
export interface StorageFixture {
  open(): Promise<StorageEngine>
  /** False when closing loses everything. */
  readonly persistent: boolean
}

/** Every sentence of `StorageEngine`, run against an engine. `createStore` gives an empty store. */
export function describeStorageContract(name: string, createStore: () => StorageFixture): void {
  const openStore = async (store = createStore()): Promise<StorageEngine> => {
    const engine = await store.open()
    onTestFinished(() => engine.close())
    return engine
  }

  describe(`${name}: commit`, () => {
    test('an append extends the log and can be read', async () => {
      const engine = await openStore()
      const first = storedBatch(0, 4)
      const second = storedBatch(5, 5)
      await engine.commit([{ append: 1, batch: first }])
      await engine.commit([{ append: 1, batch: second }])
      expect((await engine.read(1, 0, 1e6)).map(comparable)).toEqual([first, second].map(comparable))
      expect(await engine.logs()).toEqual([{ log: 1, start: 0, end: 6, sizeBytes: 40 }])
    })

    test('an append that is not at the end is refused, and a batch below it', async () => {
      const engine = await openStore()
      await engine.commit([{ append: 1, batch: storedBatch(0, 4) }])
      for (const base of [0, 4, 6]) {
        await expect(engine.commit([{ append: 1, batch: storedBatch(base) }])).rejects.toMatchObject({
          code: 'KAFKA_STORAGE_ERROR',
          message: `log 1 ends at 5; a batch that starts at ${base} cannot be appended to it`,
        })
      }
      expect(await engine.logs()).toEqual([{ log: 1, start: 0, end: 5, sizeBytes: 20 }])
    })

    test('nothing of a commit is kept when one of its changes is refused', async () => {
      const engine = await openStore()
      await engine.commit([{ put: 'key', value: Buffer.from('old') }])
      const refused: Change[] = [
        { append: 1, batch: storedBatch(0) },
        { put: 'key', value: Buffer.from('new') },
        { trim: 2, before: 5 },
        { append: 1, batch: storedBatch(7) },
      ]
      await expect(engine.commit(refused)).rejects.toMatchObject({ code: 'KAFKA_STORAGE_ERROR' })
      expect(await engine.logs()).toEqual([])
      expect(await entriesOf(engine)).toEqual([['key', 'old']])
    })

    test('commits made at once take effect in order, and a refused one leaves the others as they are', async () => {
      const engine = await openStore()
      const commits = [
        engine.commit([
          { append: 1, batch: storedBatch(0) },
          { put: 'n', value: Buffer.from('0') },
        ]),
        engine.commit([
          { append: 1, batch: storedBatch(5) },
          { put: 'n', value: Buffer.from('1') },
        ]),
        engine.commit([
          { append: 1, batch: storedBatch(1) },
          { put: 'm', value: Buffer.from('2') },
        ]),
        engine.commit([{ replace: 1, from: 9, to: 12, batches: [storedBatch(11)] }]),
        engine.commit([{ append: 1, batch: storedBatch(2) }]),
      ]
      const outcomes = await Promise.allSettled(commits)
      expect(outcomes.map(({ status }) => status)).toEqual([
        'fulfilled',
        'rejected',
        'fulfilled',
        'rejected',
        'fulfilled',
      ])
      expect(await entriesOf(engine)).toEqual([
        ['m', '2'],
        ['n', '0'],
      ])
      expect((await engine.scan(1, 0, 9)).map(({ baseOffset }) => baseOffset)).toEqual([0, 1, 2])
    })

    test('a commit is visible when it has resolved, and its buffers may change then', async () => {
      const engine = await openStore()
      const bytes = Buffer.from('batch')
      const value = Buffer.from('value')
      await engine.commit([
        { append: 1, batch: { baseOffset: 0, lastOffset: 0, maxTimestamp: 0, bytes } },
        { put: 'key', value },
      ])
      bytes.fill(0xdd)
      value.fill(0xdd)
      expect((await engine.read(1, 0, 100)).map((batch) => Buffer.from(batch.bytes).toString())).toEqual(['batch'])
      expect(await entriesOf(engine)).toEqual([['key', 'value']])
    })

    test('an empty commit resolves after those before it', async () => {
      const engine = await openStore()
      const order: number[] = []
      await Promise.all([
        engine.commit([{ put: 'a', value: Buffer.alloc(1) }]).then(() => order.push(1)),
        engine.commit([]).then(() => order.push(2)),
      ])
      expect(order).toEqual([1, 2])
    })

    test.each([
      ['a log id of 0', { trim: 0, before: 0 }],
      ['a fraction as log id', { append: 1.5, batch: storedBatch(0) }],
      ['a batch that ends before it begins', { append: 1, batch: storedBatch(0, -1) }],
      ['an offset past 2^53', { append: 1, batch: { ...storedBatch(0), lastOffset: 2 ** 53 } }],
      ['a timestamp that is none', { append: 1, batch: storedBatch(0, 0, { maxTimestamp: Number.NaN }) }],
      ['a negative offset', { trim: 1, before: -1 }],
    ] satisfies Array<[string, Change]>)('%s is refused', async (_, change) => {
      const engine = await openStore()
      await expect(engine.commit([change])).rejects.toMatchObject({ code: 'KAFKA_STORAGE_ERROR' })
      expect(await engine.logs()).toEqual([])
    })

    test('offsets, timestamps and sizes keep their values over the whole range', async () => {
      const store = createStore()
      const engine = await openStore(store)
      const far = storedBatch(0, 2 ** 53 - 3, { maxTimestamp: Number.MAX_SAFE_INTEGER })
      const last = storedBatch(2 ** 53 - 2, 2 ** 53 - 2, { maxTimestamp: -1, sizeBytes: 0 })
      await engine.commit([
        { append: 9_007_199_254, batch: far },
        { append: 9_007_199_254, batch: last },
      ])
      expect(await engine.scan(9_007_199_254, 0, 9)).toEqual([far, last].map(infoOf))
    })

    test('a batch of several MB comes back as it was', async () => {
      const engine = await openStore()
      const batch = storedBatch(0, 9, { sizeBytes: 5_000_000 })
      await engine.commit([{ append: 1, batch }])
      const [read] = await engine.read(1, 0, 1)
      expect(Buffer.from(read!.bytes).equals(Buffer.from(batch.bytes))).toBe(true)
    })
  })

  describe(`${name}: read and scan`, () => {
    test('a read begins with the batch that holds the offset, and gives at least one', async () => {
      const engine = await openStore()
      await fill(engine, [storedBatch(0, 9), storedBatch(10, 19), storedBatch(20, 29)])
      expect(basesOf(await engine.read(1, 15, 0))).toEqual([10])
      expect(basesOf(await engine.read(1, 15, 40))).toEqual([10, 20])
      expect(basesOf(await engine.read(1, 15, 39))).toEqual([10])
      expect(basesOf(await engine.read(1, 30, 1e6))).toEqual([])
      expect(basesOf(await engine.read(8, 0, 1e6))).toEqual([])
    })

    test('a read ends before the batch that reaches beforeOffset', async () => {
      const engine = await openStore()
      await fill(engine, [storedBatch(0, 9), storedBatch(10, 19), storedBatch(20, 29)])
      expect(basesOf(await engine.read(1, 0, 1e6, 20))).toEqual([0, 10])
      expect(basesOf(await engine.read(1, 0, 1e6, 19))).toEqual([0])
      expect(basesOf(await engine.read(1, 0, 1e6, 5))).toEqual([])
    })

    test('a read over many small batches stops where the bytes say', async () => {
      const engine = await openStore()
      await fill(
        engine,
        Array.from({ length: 1500 }, (_, offset) => storedBatch(offset)),
      )
      expect(await engine.read(1, 0, 20 * 1400)).toHaveLength(1400)
      expect(await engine.read(1, 700, 1e9)).toHaveLength(800)
      expect(await engine.scan(1, 100, 900)).toHaveLength(900)
    })

    test('a scan gives up to so many batches without bytes', async () => {
      const engine = await openStore()
      const batches = [storedBatch(0, 9), storedBatch(10, 19), storedBatch(20, 29)]
      await fill(engine, batches)
      expect(await engine.scan(1, 9, 2)).toEqual(batches.slice(0, 2).map(infoOf))
      expect(await engine.scan(1, 10, 5)).toEqual(batches.slice(1).map(infoOf))
      expect(await engine.scan(1, 0, 0)).toEqual([])
    })
  })

  describe(`${name}: find by timestamp`, () => {
    test('the first batch that is young enough is found, also when timestamps go up and down', async () => {
      const engine = await openStore()
      const stamps = [10, 50, 20, 70, 30]
      await fill(
        engine,
        stamps.map((maxTimestamp, offset) => storedBatch(offset, offset, { maxTimestamp })),
      )
      expect((await engine.findByTimestamp(1, 0, 0))?.baseOffset).toBe(0)
      expect((await engine.findByTimestamp(1, 11, 0))?.baseOffset).toBe(1)
      expect((await engine.findByTimestamp(1, 51, 0))?.baseOffset).toBe(3)
      expect((await engine.findByTimestamp(1, 20, 2))?.baseOffset).toBe(2)
      expect(await engine.findByTimestamp(1, 71, 0)).toBeUndefined()
      expect(await engine.findByTimestamp(1, 20, 5)).toBeUndefined()
      expect(await engine.findByTimestamp(4, 0, 0)).toBeUndefined()
    })

    test('the youngest batch is found, the earliest of equals', async () => {
      const engine = await openStore()
      expect(await engine.findMaxTimestamp(1)).toBeUndefined()
      const stamps = [10, 70, 20, 70, 30]
      await fill(
        engine,
        stamps.map((maxTimestamp, offset) => storedBatch(offset, offset, { maxTimestamp })),
      )
      expect(await engine.findMaxTimestamp(1)).toEqual({
        baseOffset: 1,
        lastOffset: 1,
        maxTimestamp: 70,
        sizeBytes: 20,
      })
    })

    test('a log of thousands of batches answers as one of few, after trimming and replacing too', async () => {
      const store = createStore()
      const model = new StorageModel()
      const engine = await openStore(store)
      // Up and down and with equals, from a fixed rule.
      const batches = Array.from({ length: 3000 }, (_, at) =>
        storedBatch(at, at, { maxTimestamp: (at * 7919) % 1009, sizeBytes: 1 }),
      )
      const commits: Change[][] = [
        batches.map((batch) => ({ append: 1, batch })),
        [{ trim: 1, before: 700 }],
        [
          {
            replace: 1,
            from: 1000,
            to: 1900,
            batches: [storedBatch(1500, 1500, { maxTimestamp: 1008 }), storedBatch(1501, 1501, { maxTimestamp: 2000 })],
          },
        ],
        [{ append: 1, batch: storedBatch(3000, 3000, { maxTimestamp: 1500 }) }],
      ]
      for (const changes of commits) {
        await engine.commit(changes)
        expect(model.commit(changes)).toBe(true)
        expect(await engine.findMaxTimestamp(1)).toEqual(model.findMaxTimestamp(1))
        for (const from of [0, 650, 1100, 2999]) {
          for (const timestamp of [-1, 500, 1000, 1008, 1009, 1400, 1900, 2001]) {
            const found = await engine.findByTimestamp(1, timestamp, from)
            expect(found, `${timestamp} from ${from}`).toEqual(model.findByTimestamp(1, timestamp, from))
          }
        }
      }
    })
  })

  describe(`${name}: trim, replace and drop`, () => {
    test('trimming moves the start and removes the batches wholly below it; one that spans it stays whole', async () => {
      const engine = await openStore()
      await fill(engine, [storedBatch(0, 9), storedBatch(10, 19), storedBatch(20, 29)])
      await engine.commit([{ trim: 1, before: 15 }])
      expect(await engine.logs()).toEqual([{ log: 1, start: 15, end: 30, sizeBytes: 40 }])
      expect(basesOf(await engine.read(1, 0, 1e6))).toEqual([10, 20])
    })

    test('trimming never goes back and never past the end, and the end stays when all batches are gone', async () => {
      const store = createStore()
      let engine = await openStore(store)
      await fill(engine, [storedBatch(0, 9), storedBatch(10, 19)])
      await engine.commit([{ trim: 1, before: 500 }])
      await engine.commit([{ trim: 1, before: 3 }])
      expect(await engine.logs()).toEqual([{ log: 1, start: 20, end: 20, sizeBytes: 0 }])
      if (store.persistent) {
        await engine.close()
        engine = await openStore(store)
      }
      await engine.commit([{ append: 1, batch: storedBatch(20) }])
      expect(await engine.logs()).toEqual([{ log: 1, start: 20, end: 21, sizeBytes: 20 }])
    })

    test('a log comes into being with its first change, whichever that is', async () => {
      const engine = await openStore()
      await engine.commit([{ trim: 3, before: 7 }])
      await engine.commit([{ replace: 4, from: 0, to: 0, batches: [] }])
      await engine.commit([{ drop: 5 }])
      expect((await engine.logs()).sort((a, b) => a.log - b.log)).toEqual([
        { log: 3, start: 0, end: 0, sizeBytes: 0 },
        { log: 4, start: 0, end: 0, sizeBytes: 0 },
      ])
    })

    test('replacing swaps the batches inside the range and leaves start and end', async () => {
      const engine = await openStore()
      await fill(engine, [storedBatch(0, 9), storedBatch(10, 19), storedBatch(20, 29), storedBatch(30, 39)])
      await engine.commit([{ replace: 1, from: 10, to: 30, batches: [storedBatch(12, 27, { mark: 1, sizeBytes: 7 })] }])
      expect((await engine.read(1, 0, 1e6)).map(({ baseOffset, lastOffset }) => [baseOffset, lastOffset])).toEqual([
        [0, 9],
        [12, 27],
        [30, 39],
      ])
      expect(await engine.logs()).toEqual([{ log: 1, start: 0, end: 40, sizeBytes: 47 }])
      await engine.commit([{ replace: 1, from: 0, to: 40, batches: [] }])
      expect(await engine.logs()).toEqual([{ log: 1, start: 0, end: 40, sizeBytes: 0 }])
    })

    test.each([
      ['cuts a batch at its start', { replace: 1, from: 5, to: 20, batches: [] }],
      ['cuts a batch at its end', { replace: 1, from: 0, to: 15, batches: [] }],
      ['brings a batch outside of its range', { replace: 1, from: 0, to: 10, batches: [storedBatch(10)] }],
      ['brings a batch past the end', { replace: 1, from: 10, to: 40, batches: [storedBatch(20, 25)] }],
      ['brings batches out of order', { replace: 1, from: 0, to: 20, batches: [storedBatch(5), storedBatch(5)] }],
    ] satisfies Array<[string, Change]>)('a replace that %s is refused', async (_, change) => {
      const engine = await openStore()
      await fill(engine, [storedBatch(0, 9), storedBatch(10, 19)])
      await expect(engine.commit([{ put: 'x', value: Buffer.alloc(1) }, change])).rejects.toMatchObject({
        code: 'KAFKA_STORAGE_ERROR',
      })
      expect(basesOf(await engine.read(1, 0, 1e6))).toEqual([0, 10])
      expect(await engine.entries('')).toEqual([])
    })

    test('what was read before it was replaced or trimmed keeps its bytes', async () => {
      const engine = await openStore()
      await fill(engine, [storedBatch(0), storedBatch(1), storedBatch(2)])
      const before = await engine.read(1, 0, 1e6)
      const copies = before.map(comparable)
      await engine.commit([
        { replace: 1, from: 1, to: 2, batches: [storedBatch(1, 1, { mark: 8 })] },
        { trim: 1, before: 1 },
      ])
      await engine.commit([{ append: 1, batch: storedBatch(3, 3, { mark: 9 }) }])
      expect(before.map(comparable)).toEqual(copies)
    })

    test('a dropped log is gone with its batches', async () => {
      const engine = await openStore()
      await fill(engine, [storedBatch(0, 9)])
      await engine.commit([{ append: 2, batch: storedBatch(0) }, { drop: 1 }])
      expect(await engine.logs()).toEqual([{ log: 2, start: 0, end: 1, sizeBytes: 20 }])
      expect(await engine.read(1, 0, 1e6)).toEqual([])
      expect(await engine.findMaxTimestamp(1)).toBeUndefined()
    })
  })

  describe(`${name}: entries`, () => {
    test('entries are found by the start of their key, in order', async () => {
      const engine = await openStore()
      const keys = ['b', 'a/2', 'a/10', 'a', 'a0', 'a.', '__proto__', '', 'ü', 'a/\u{10ffff}', 'a/ü', 'constructor']
      await engine.commit(keys.map((put) => ({ put, value: Buffer.from(put) })))
      expect(await keysOf(engine, 'a/')).toEqual(['a/10', 'a/2', 'a/ü', 'a/\u{10ffff}'])
      expect(await keysOf(engine, '__proto__')).toEqual(['__proto__'])
      expect(await keysOf(engine, 'zz')).toEqual([])
      expect((await keysOf(engine, '')).toSorted()).toEqual(keys.toSorted())
      expect(await keysOf(engine, '\u{10ffff}')).toEqual([])
    })

    test('a put replaces, a remove removes, and removing what is not there is nothing', async () => {
      const engine = await openStore()
      await engine.commit([
        { put: 'k', value: Buffer.from('1') },
        { put: 'k', value: Buffer.from('2') },
      ])
      expect(await entriesOf(engine)).toEqual([['k', '2']])
      await engine.commit([{ put: 'k', value: Buffer.alloc(0) }, { remove: 'other' }])
      expect(await entriesOf(engine)).toEqual([['k', '']])
      await engine.commit([{ remove: 'k' }, { put: 'k', value: Buffer.from('3') }, { remove: 'k' }])
      expect(await entriesOf(engine)).toEqual([])
    })
  })

  describe(`${name}: reclaim and close`, () => {
    test('reclaiming changes nothing that can be read, and commits go on meanwhile', async () => {
      const engine = await openStore()
      const batches = Array.from({ length: 200 }, (_, offset) => storedBatch(offset, offset, { sizeBytes: 10_000 }))
      await fill(engine, batches)
      await engine.commit([{ trim: 1, before: 150 }])
      const reclaimed = engine.reclaim()
      await engine.commit([{ append: 1, batch: storedBatch(200) }])
      await Promise.all([reclaimed, engine.reclaim()])
      expect(basesOf(await engine.read(1, 0, 1e9))).toEqual(Array.from({ length: 51 }, (_, at) => 150 + at))
    })

    test('closing waits for what was committed, may be asked for twice, and ends the engine', async () => {
      const store = createStore()
      const engine = await openStore(store)
      const commit = engine.commit([{ append: 1, batch: storedBatch(0) }])
      await Promise.all([engine.close(), engine.close(), commit])
      await expect(engine.commit([])).rejects.toMatchObject({ code: 'CLOSED' })
      await expect(engine.read(1, 0, 1)).rejects.toMatchObject({ code: 'CLOSED' })
      await expect(engine.logs()).rejects.toMatchObject({ code: 'CLOSED' })
      await expect(engine.entries('')).rejects.toMatchObject({ code: 'CLOSED' })
      await expect(engine.reclaim()).rejects.toMatchObject({ code: 'CLOSED' })
      if (!store.persistent) return
      const again = await openStore(store)
      expect(await again.logs()).toEqual([{ log: 1, start: 0, end: 1, sizeBytes: 20 }])
    })
  })

  test(`${name}: any sequence of commits, at once or one after the other, ends as in the model, also when opened again`, async () => {
    await fc.assert(
      fc.asyncProperty(rounds, async (plan) => {
        const store = createStore()
        const model = new StorageModel()
        let engine = await store.open()
        let mark = 0
        for (const round of plan) {
          const ends = new Map<LogId, number>(model.logs().map(({ log, end }) => [log, end]))
          const commits = round.map((steps) => steps.map((step) => changeOf(step, ends, mark++)))
          const expected = commits.map((changes) => model.commit(changes))
          const outcomes = await Promise.allSettled(commits.map((changes) => engine.commit(changes)))
          expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual(expected)
          expect(await everythingOf(engine, [1, 2, 7])).toEqual(await everythingOf(model, [1, 2, 7]))
          if (!store.persistent) continue
          await engine.close()
          engine = await store.open()
          expect(await everythingOf(engine, [1, 2, 7])).toEqual(await everythingOf(model, [1, 2, 7]))
        }
        await engine.close()
      }),
      { numRuns: 60 },
    )
  })
}

async function fill(engine: StorageEngine, batches: ReadonlyArray<ReturnType<typeof storedBatch>>): Promise<void> {
  await engine.commit(batches.map((batch) => ({ append: 1, batch })))
}

function basesOf(batches: ReadonlyArray<{ baseOffset: number }>): number[] {
  return batches.map(({ baseOffset }) => baseOffset)
}

async function keysOf(engine: StorageEngine, prefix: string): Promise<string[]> {
  return (await engine.entries(prefix)).map(([key]) => key)
}

async function entriesOf(engine: StorageEngine): Promise<Array<[string, string]>> {
  return (await engine.entries('')).map(([key, value]) => [key, Buffer.from(value).toString()])
}
