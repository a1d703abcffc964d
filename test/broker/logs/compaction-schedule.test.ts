import { describe, expect, it } from 'vitest'
import { RafkaError } from '../../../src/core/errors.ts'
import type { StorageEngine } from '../../../src/core/storage-engine.ts'
import { openMemoryEngine } from '../../../src/storage/memory/memory-engine.ts'
import { startBroker } from '../../support/broker-fixture.ts'
import { contents, put } from '../../support/keyed-records.ts'
import { lasting } from '../../support/lasting-engine.ts'
import { quiet } from '../../support/pending.ts'
import { batchOf } from '../../support/record-batches.ts'

const dayMs = 86_400_000
const compacted = { 'cleanup.policy': 'compact' }

describe('when compaction happens', () => {
  const brokerConfigs = { 'log.cleaner.backoff.ms': '1000' }
  const start = async (configs: Record<string, string>) => {
    const broker = await startBroker({ configs: brokerConfigs })
    await broker.createTopic('t', { configs: { ...compacted, ...configs } })
    return broker
  }

  it('R4: not in the active segment: what has fewer than segment.bytes after it and is younger than segment.ms', async () => {
    await using broker = await start({ 'segment.bytes': String(2 ** 20), 'segment.ms': String(dayMs) })
    await put(broker, 'a=1', 'a=2', 'a=3')
    broker.clock.advance(1000)
    await quiet(40)
    expect(await contents(broker)).toHaveLength(3)
    const big = 'x'.repeat(600_000)
    await put(broker, `b=${big}`, `b=${big}`)
    broker.clock.advance(1000)
    await quiet(40)
    expect((await broker.records('t')).map(({ offset }) => offset)).toEqual([2, 3, 4])
  })

  it('only when min.cleanable.dirty.ratio of the log is dirty, or something waits longer than max.compaction.lag.ms', async () => {
    await using broker = await start({
      'segment.ms': '1',
      'min.cleanable.dirty.ratio': '0.5',
      'max.compaction.lag.ms': String(dayMs),
    })
    await put(broker, ...Array.from({ length: 10 }, (_, index) => `k${index}=1`), 'k0=2', 'end=1')
    broker.clock.advance(1000)
    await quiet(40)
    expect(await contents(broker)).toHaveLength(11)
    await put(broker, 'k1=2', 'end=2')
    broker.clock.advance(1000)
    await quiet(40)
    expect(await contents(broker)).toHaveLength(13)
    broker.clock.advance(dayMs)
    await quiet(40)
    expect((await contents(broker)).map((one) => one.split(':')[1])).not.toContain('k1=1')
  })

  it('not for topics that are only deleted from, and not at all without log.cleaner.enable', async () => {
    for (const [policy, enable] of [
      ['delete', 'true'],
      ['compact', 'false'],
    ] as const) {
      await using broker = await startBroker({ configs: { ...brokerConfigs, 'log.cleaner.enable': enable } })
      await broker.createTopic('t', { configs: { 'cleanup.policy': policy, 'segment.ms': '1' } })
      await put(broker, 'a=1', 'a=2', 'end=1')
      broker.clock.advance(2000)
      await quiet(40)
      expect(await contents(broker)).toHaveLength(3)
    }
  })

  it.each([1, 2, 3])(
    'a topic that is deleted at read %i of its compaction ends it, and leaves nothing behind',
    async (atRead) => {
      const engine = await openMemoryEngine({ maxBytes: 2 ** 24, durability: 'none' })
      let reads = Number.NEGATIVE_INFINITY
      let remove = async () => {}
      const storage: StorageEngine = {
        ...lasting(engine),
        async read(...asked) {
          if (++reads === atRead) await remove()
          return engine.read(...asked)
        },
      }
      await using broker = await startBroker({ storage })
      await broker.createTopic('t', { configs: compacted })
      await put(broker, 'a=1', 'a=2', 'end=1')
      remove = () => broker.deleteTopic('t')
      reads = 0
      await Promise.allSettled([broker.broker.compact(['t'])])
      await remove().catch(() => {})
      expect(await engine.logs()).toEqual([])
      expect((await engine.entries('')).filter(([key]) => key.startsWith('cleaned/'))).toEqual([])
    },
  )

  it('one log that cannot be read does not keep the others from their turn', async () => {
    const engine = await openMemoryEngine({ maxBytes: 2 ** 24, durability: 'none' })
    let broken: number | undefined
    const storage: StorageEngine = {
      ...lasting(engine),
      async read(log, ...asked) {
        if (log === broken) throw new RafkaError('STORAGE_CORRUPT', 'damaged, as the test asked for')
        return engine.read(log, ...asked)
      },
    }
    const logged: string[] = []
    await using broker = await startBroker({
      storage,
      configs: brokerConfigs,
      logger: (_, message) => logged.push(message),
    })
    for (const topic of ['a', 't']) await broker.createTopic(topic, { configs: { ...compacted, 'segment.ms': '1' } })
    for (const value of ['1', '2', '3']) await broker.produce('a', batchOf([value], { key: 'k' }))
    await put(broker, 'k=1', 'k=2', 'end=1')
    broken = (await engine.logs())[0]!.log
    broker.clock.advance(1000)
    await quiet(40)
    expect(await contents(broker)).toEqual(['1:k=2', '2:end=1'])
    expect(logged.join()).toContain('compaction of a/0 failed: damaged')
  })

  it('asking for a topic that does not exist says so', async () => {
    await using broker = await start({})
    await expect(broker.broker.compact(['missing'])).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
  })
})
