import { describe, expect, it } from 'vitest'
import { manualClock } from '../../../src/core/clock.ts'
import type { Hook } from '../../../src/core/hook.ts'
import type { LogLevel } from '../../../src/core/log.ts'
import { metadata } from '../../../src/protocol/apis/metadata.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { startBroker } from '../../support/broker-fixture.ts'
import { isPending, quiet } from '../../support/pending.ts'
import { batchOf } from '../../support/record-batches.ts'

const hookTimeoutMs = 1000
const everything = metadata.request.create({ topics: null })
const never = (_asked?: number) => new Promise<undefined>(() => {})
const throws = () => {
  throw new Error('out of order')
}

describe.each([
  ['throws', throws, false],
  ['rejects', async () => throws(), false],
  ['never answers', never, true],
] as const)('a hook that %s', (_, behave, hangs) => {
  /** A broker where the hook fails at one stage, and its answer to `ask`, after the time that a hook has. */
  const start = async (stage: 'onRequest' | 'onAppend' | 'onDeliver', onHookFailure: 'refuse' | 'skip') => {
    let isOn = false
    const hook: Hook = { name: 'bad', [stage]: () => (isOn ? behave() : undefined) }
    const broker = await startBroker({ hooks: [hook], hookTimeoutMs, onHookFailure })
    await broker.createTopic('t')
    await broker.produce('t', batchOf(['before']))
    isOn = true
    const settle = async <T>(answer: Promise<T>) => {
      if (hangs) {
        await quiet()
        broker.clock.advance(hookTimeoutMs - 1)
        expect(await isPending(answer)).toBe(true)
        broker.clock.advance(1)
      }
      return answer
    }
    return { broker, settle }
  }

  it('in onRequest refuses the request, or is skipped', async () => {
    const refusing = await start('onRequest', 'refuse')
    await using _ = refusing.broker
    const refused = await refusing.settle(refusing.broker.produce('t', batchOf(['a'])))
    expect(refused).toMatchObject({ error: 'UNKNOWN_SERVER_ERROR', errorMessage: expect.stringContaining('"bad"') })
    const skipping = await start('onRequest', 'skip')
    await using __ = skipping.broker
    expect(await skipping.settle(skipping.broker.produce('t', batchOf(['a'])))).toMatchObject({ error: 'NONE' })
  })

  it('in onAppend refuses the batch, or is skipped', async () => {
    const refusing = await start('onAppend', 'refuse')
    await using _ = refusing.broker
    const refused = await refusing.settle(refusing.broker.produce('t', batchOf(['a', 'b'])))
    expect(refused).toMatchObject({ error: 'UNKNOWN_SERVER_ERROR', baseOffset: -1 })
    const skipping = await start('onAppend', 'skip')
    await using __ = skipping.broker
    expect(await skipping.settle(skipping.broker.produce('t', batchOf(['a', 'b'])))).toMatchObject({ error: 'NONE' })
    expect(await skipping.broker.records('t')).toHaveLength(3)
  })

  it('in onDeliver gives an error for the partition, or is skipped', async () => {
    const refusing = await start('onDeliver', 'refuse')
    await using _ = refusing.broker
    const refused = await refusing.settle(refusing.broker.fetch('t', 0))
    expect(refused).toMatchObject({ error: 'UNKNOWN_SERVER_ERROR', records: [] })
    const skipping = await start('onDeliver', 'skip')
    await using __ = skipping.broker
    expect((await skipping.settle(skipping.broker.fetch('t', 0))).records).toHaveLength(1)
  })

  it('at a stage that only looks changes nothing', async () => {
    const stages = ['onConnect', 'onDisconnect', 'onTopicCreated', 'onTopicDeleted', 'onAppended'] as const
    const logged: Array<[LogLevel, string]> = []
    await using broker = await startBroker({
      hooks: [{ name: 'bad', ...Object.fromEntries(stages.map((stage) => [stage, behave])) }],
      hookTimeoutMs,
      logger: (level, message) => logged.push([level, message]),
    })
    broker.broker.connected(broker.connection)
    await broker.createTopic('t')
    expect(await broker.produce('t', batchOf(['a']))).toMatchObject({ error: 'NONE' })
    await broker.deleteTopic('t')
    broker.broker.disconnected(broker.connection)
    broker.clock.advance(hookTimeoutMs)
    await quiet()
    expect(logged.map(([level]) => level)).toEqual(stages.map(() => 'error'))
    for (const stage of stages) expect(logged.map(([, message]) => message).join()).toContain(stage)
  })
})

describe('a hook that hangs', () => {
  it('in onStart and onStop holds the broker up for its time and no longer', async () => {
    const clock = manualClock()
    const starting = startBroker({ hooks: [{ name: 'bad', onStart: never, onStop: never }], hookTimeoutMs, clock })
    expect(await isPending(starting)).toBe(true)
    clock.advance(hookTimeoutMs)
    const { broker } = await starting
    const closing = broker.close()
    expect(await isPending(closing)).toBe(true)
    clock.advance(hookTimeoutMs)
    await closing
  })

  it('over one record of a batch is not asked about the others where failures are skipped', async () => {
    let asked = 0
    const hang: Hook = { name: 'hang', onAppend: () => never(asked++) }
    await using broker = await startBroker({ hooks: [hang], hookTimeoutMs, onHookFailure: 'skip' })
    await broker.createTopic('t')
    const answer = broker.produce('t', batchOf(Array(1000).fill('x')))
    await quiet()
    broker.clock.advance(hookTimeoutMs)
    expect(await answer).toMatchObject({ error: 'NONE' })
    expect(asked).toBe(1)
  })

  it('and answers too late is not heard, and its late failure harms nobody', async () => {
    let reject: (error: Error) => void = () => {}
    const late: Hook = {
      name: 'late',
      onRequest: () =>
        new Promise((_, refuse) => {
          reject = refuse
        }),
    }
    await using broker = await startBroker({ hooks: [late], hookTimeoutMs, onHookFailure: 'skip' })
    const answer = broker.ask(metadata, everything)
    await quiet()
    broker.clock.advance(hookTimeoutMs)
    expect(errorName((await answer).errorCode)).toBe('NONE')
    reject(new Error('too late'))
    await quiet()
  })
})

describe('a hook that answers what has no meaning', () => {
  it.each([42, 'drop', true, [], {}, { refuse: 7 }, { response: 'yes' }, { request: null }])(
    '%j to onRequest fails',
    async (answer) => {
      await using broker = await startBroker({ hooks: [{ name: 'bad', onRequest: () => answer as never }] })
      const { topics } = await broker.ask(
        metadata,
        metadata.request.create({ topics: [{ name: 't', topicId: 'A'.repeat(22) }] }),
      )
      expect(errorName(topics[0]!.errorCode)).toBe('UNKNOWN_SERVER_ERROR')
    },
  )

  it.each([
    42,
    'keep',
    { value: 'text' },
    { key: 7 },
    { headers: {} },
    { headers: [{ key: 1, value: null }] },
    { headers: [{ key: 'k' }] },
  ])('%j to onAppend and onDeliver fails', async (answer) => {
    await using appending = await startBroker({ hooks: [{ name: 'bad', onAppend: () => answer as never }] })
    await appending.createTopic('t')
    expect(await appending.produce('t', batchOf(['a']))).toMatchObject({ error: 'UNKNOWN_SERVER_ERROR' })
    await using delivering = await startBroker({ hooks: [{ name: 'bad', onDeliver: () => answer as never }] })
    await delivering.createTopic('t')
    await delivering.produce('t', batchOf(['a']))
    expect(await delivering.fetch('t', 0)).toMatchObject({ error: 'UNKNOWN_SERVER_ERROR' })
  })

  it('to onResponse is passed over, and null is nothing', async () => {
    await using broker = await startBroker({
      hooks: [
        { name: 'bad', onResponse: () => 'no' as never },
        { name: 'null', onRequest: () => null as never, onResponse: () => null as never },
      ],
    })
    expect((await broker.ask(metadata, everything)).clusterId).toBe(broker.broker.clusterId)
  })

  it('an error name that does not exist refuses as an unknown error', async () => {
    await using broker = await startBroker({
      hooks: [{ name: 'bad', onRequest: () => ({ refuse: 'NO_SUCH_ERROR' as never }) }],
    })
    const { topics } = await broker.ask(
      metadata,
      metadata.request.create({ topics: [{ name: 't', topicId: 'A'.repeat(22) }] }),
    )
    expect(errorName(topics[0]!.errorCode)).toBe('UNKNOWN_SERVER_ERROR')
  })
})

describe('stages that look', () => {
  it('are told in the order of what happens, each hook in order of registration', async () => {
    const told: string[] = []
    const hook = (name: string): Hook => ({
      name,
      onStart: () => void told.push(`${name} start`),
      onConnect: ({ id }) => void told.push(`${name} connect ${id}`),
      onTopicCreated: ({ name: topic, partitions }) => void told.push(`${name} created ${topic} ${partitions}`),
      onTopicDeleted: ({ name: topic }) => void told.push(`${name} deleted ${topic}`),
      onDisconnect: ({ id }) => void told.push(`${name} disconnect ${id}`),
      onStop: () => void told.push(`${name} stop`),
    })
    const broker = await startBroker({ hooks: [hook('1'), hook('2')] })
    const { id } = broker.connection
    broker.broker.connected(broker.connection)
    await broker.createTopic('t', { partitions: 3 })
    await broker.deleteTopic('t')
    broker.broker.disconnected(broker.connection)
    await broker.broker.close()
    const events = ['start', `connect ${id}`, 'created t 3', 'deleted t', `disconnect ${id}`, 'stop']
    expect(told).toEqual(events.flatMap((event) => [`1 ${event}`, `2 ${event}`]))
  })
})
