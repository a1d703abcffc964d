import fc from 'fast-check'
import { expect, it } from 'vitest'
import { openMemoryEngine } from '../../../src/storage/memory/memory-engine.ts'
import { type BrokerFixture, startBroker } from '../../support/broker-fixture.ts'
import { FaultyEngine } from '../../support/faulty-engine.ts'
import { lasting } from '../../support/lasting-engine.ts'
import { quiet } from '../../support/pending.ts'
import { batchOf } from '../../support/record-batches.ts'
import {
  committedValues,
  fetchCommitted,
  type TransactionalProducer,
  transactionalProducer,
} from '../../support/transactional-producer.ts'

const PARTITIONS = 2
const PRODUCERS = 3

type Step =
  | { readonly kind: 'send'; readonly producer: number; readonly partition: number }
  | { readonly kind: 'end'; readonly producer: number; readonly type: 'commit' | 'abort' }
  | { readonly kind: 'replace'; readonly producer: number }
  | { readonly kind: 'plain'; readonly partition: number }
  | { readonly kind: 'time' }
  | { readonly kind: 'compact' }
  | { readonly kind: 'fault' }
  | { readonly kind: 'restart' }

const producer = fc.nat(PRODUCERS - 1)
const partition = fc.nat(PARTITIONS - 1)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('send' as const), producer, partition }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      producer,
      type: fc.constantFrom('commit' as const, 'abort' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('replace' as const), producer }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('plain' as const), partition }) },
  { weight: 1, arbitrary: fc.constantFrom({ kind: 'time' } as const, { kind: 'compact' } as const) },
  { weight: 2, arbitrary: fc.constantFrom({ kind: 'fault' } as const, { kind: 'restart' } as const) },
)

/** What a log must look like to a reader of committed records. Markers take an offset and have no value. */
interface ModelRecord {
  readonly value: string | null
  state: 'open' | 'committed' | 'aborted'
}

interface ModelTransaction {
  readonly records: ModelRecord[]
  /** Partitions that belong to it, with or without a record. */
  readonly stored: Set<number>
  /** Those that the broker knows of and its disk does not: the next commit for the transaction takes them along, a restart forgets them. */
  readonly unstored: Set<number>
}

function emptyTransaction(): ModelTransaction {
  return { records: [], stored: new Set(), unstored: new Set() }
}

class Model {
  readonly logs: ModelRecord[][] = Array.from({ length: PARTITIONS }, () => [])
  /** The open transaction of each producer. */
  readonly open = Array.from({ length: PRODUCERS }, emptyTransaction)

  end(index: number, state: 'committed' | 'aborted'): void {
    const { records, stored, unstored } = this.open[index]!
    for (const record of records) record.state = state
    for (const number of new Set([...stored, ...unstored])) {
      this.logs[number]!.push({ value: null, state: 'committed' })
    }
    this.open[index] = emptyTransaction()
  }

  touch(index: number, number: number, isStored: boolean): void {
    const { stored, unstored } = this.open[index]!
    unstored.add(number)
    if (!isStored) return
    for (const one of unstored) stored.add(one)
    unstored.clear()
  }

  stableOffset(number: number): number {
    const first = this.logs[number]!.findIndex(({ state }) => state === 'open')
    return first < 0 ? this.logs[number]!.length : first
  }

  committed(number: number): string[] {
    const stable = this.logs[number]!.slice(0, this.stableOffset(number))
    return stable.flatMap(({ value, state }) => (state === 'committed' && value !== null ? [value] : []))
  }
}

/** The broker, its producers and what is to be seen, side by side. */
class Run {
  readonly #disk: FaultyEngine
  readonly #version: 1 | 2
  readonly #model = new Model()
  #broker: BrokerFixture
  #producers: TransactionalProducer[] = []
  #value = 0

  private constructor(disk: FaultyEngine, broker: BrokerFixture, version: 1 | 2) {
    this.#disk = disk
    this.#broker = broker
    this.#version = version
  }

  static async start(version: 1 | 2): Promise<Run> {
    const disk = new FaultyEngine(await openMemoryEngine({ maxBytes: 2 ** 24, durability: 'none' }))
    const run = new Run(disk, await startBroker({ storage: lasting(disk) }), version)
    const configs = { 'cleanup.policy': 'compact', 'delete.retention.ms': '5000' }
    await run.#broker.createTopic('t', { partitions: PARTITIONS, configs })
    for (let index = 0; index < PRODUCERS; index++) run.#producers.push(await run.#init(index))
    return run
  }

  async take(given: Step): Promise<void> {
    switch (given.kind) {
      case 'send':
        return this.#send(given.producer, given.partition)
      case 'end':
        return this.#end(given.producer, given.type)
      case 'replace':
        this.#producers[given.producer] = await this.#init(given.producer)
        return
      case 'plain': {
        const value = String(this.#value++)
        const { error } = await this.#broker.produce('t', batchOf([value], { key: value }), given)
        if (error === 'NONE') this.#model.logs[given.partition]!.push({ value, state: 'committed' })
        return quiet()
      }
      case 'time':
        return this.#time()
      case 'compact':
        // A compaction that the disk refuses changes nothing; it begins again the next time.
        await this.#broker.broker.compact(['t']).catch(() => {})
        return
      case 'fault':
        return this.#disk.failCommits()
      case 'restart': {
        const { clock } = this.#broker
        await this.#broker.broker.close()
        this.#broker = await startBroker({ storage: lasting(this.#disk), clock })
        for (const one of this.#producers) one.moveTo(this.#broker)
        for (const { unstored } of this.#model.open) unstored.clear()
      }
    }
  }

  async compare(): Promise<void> {
    await quiet()
    for (let number = 0; number < PARTITIONS; number++) {
      const { lastStableOffset, highWatermark } = await fetchCommitted(this.#broker, 't', 0, number)
      expect({ lastStableOffset, highWatermark }).toEqual({
        lastStableOffset: this.#model.stableOffset(number),
        highWatermark: this.#model.logs[number]!.length,
      })
      for (const maxBytes of [1, 2 ** 20]) {
        expect(await committedValues(this.#broker, 't', number, maxBytes)).toEqual(this.#model.committed(number))
      }
    }
  }

  close(): Promise<void> {
    return this.#broker.broker.close()
  }

  /** Whatever was open is aborted by it. A disk that fails in between has it begin again. */
  async #init(index: number): Promise<TransactionalProducer> {
    for (;;) {
      try {
        const made = await transactionalProducer(this.#broker, `p${index}`, { timeoutMs: 1000 })
        this.#model.end(index, 'aborted')
        return made
      } catch {
        await quiet()
      }
    }
  }

  async #send(index: number, number: number): Promise<void> {
    const own = this.#producers[index]!
    if (this.#version === 1) {
      const [error] = await own.add('t', { partitions: [number] })
      this.#model.touch(index, number, error === 'NONE')
      if (error !== 'NONE') return
    }
    const value = String(this.#value++)
    const version = this.#version === 1 ? 11 : 12
    const { error } = await own.send('t', [value], { partition: number, keys: [value], version })
    if (this.#version === 2) this.#model.touch(index, number, error === 'NONE')
    if (error !== 'NONE') return quiet()
    const record: ModelRecord = { value, state: 'open' }
    this.#model.logs[number]!.push(record)
    this.#model.open[index]!.records.push(record)
  }

  async #end(index: number, type: 'commit' | 'abort'): Promise<void> {
    const { stored, unstored } = this.#model.open[index]!
    if (stored.size + unstored.size === 0) return
    const error = await this.#producers[index]!.end(type, { version: this.#version === 1 ? 4 : 5 })
    if (error === 'NONE') this.#model.end(index, type === 'commit' ? 'committed' : 'aborted')
    else expect(error).toBe('NOT_COORDINATOR')
    await quiet()
  }

  /** Long enough for every transaction to be aborted by the broker, unless its disk fails: then in the next round. */
  async #time(): Promise<void> {
    for (let round = 0; round < 2; round++) {
      this.#broker.clock.advance(20_000)
      await quiet()
    }
    for (let index = 0; index < PRODUCERS; index++) this.#producers[index] = await this.#init(index)
  }
}

it.each([1, 2] as const)(
  'transaction.version %i: a reader of committed records sees whole transactions, in order, over faults and restarts',
  { timeout: 120_000 },
  async (version) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const run = await Run.start(version)
        try {
          for (const one of steps) {
            await run.take(one)
            await run.compare()
          }
        } finally {
          await run.close()
        }
      }),
      { numRuns: 100 },
    )
  },
)
