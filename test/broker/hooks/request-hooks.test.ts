import { describe, expect, it } from 'vitest'
import type { Hook, RequestEvent } from '../../../src/core/hook.ts'
import { createTopics } from '../../../src/protocol/apis/create-topics.ts'
import { fetch } from '../../../src/protocol/apis/fetch.ts'
import { initProducerId } from '../../../src/protocol/apis/init-producer-id.ts'
import { metadata } from '../../../src/protocol/apis/metadata.ts'
import { produce } from '../../../src/protocol/apis/produce.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { newTopic, startBroker, testConnection } from '../../support/broker-fixture.ts'
import { fetchRequest, produceRequest } from '../../support/broker-requests.ts'
import { isPending } from '../../support/pending.ts'
import { batchOf } from '../../support/record-batches.ts'

const everything = metadata.request.create({ topics: null })

describe('onRequest', () => {
  it('sees the API, its version, the client, the connection and the request', async () => {
    const seen: RequestEvent[] = []
    await using broker = await startBroker({ hooks: [{ name: 'look', onRequest: (event) => void seen.push(event) }] })
    await broker.ask(metadata, everything, { version: 9, clientId: 'me' })
    expect(seen).toEqual([
      { api: metadata, version: 9, clientId: 'me', connection: broker.connection, request: everything },
    ])
  })

  it('may change the request, hook after hook', async () => {
    const rename = (from: string, to: string): Hook => ({
      name: to,
      onRequest: ({ api, request }) => {
        if (api.key !== createTopics.key) return undefined
        const { topics, ...rest } = request as ReturnType<typeof createTopics.request.create>
        return {
          request: { ...rest, topics: topics.map((topic) => ({ ...topic, name: topic.name.replace(from, to) })) },
        }
      },
    })
    await using broker = await startBroker({ hooks: [rename('a', 'b'), rename('b', 'c')] })
    const { topics } = await broker.ask(createTopics, createTopics.request.create({ topics: [newTopic('a')] }))
    expect(topics.map(({ name }) => name)).toEqual(['c'])
    const described = await broker.ask(metadata, everything)
    expect(described.topics.map(({ name }) => name)).toEqual(['c'])
  })

  it('may answer in place of the broker: those after it are not asked', async () => {
    const asked: string[] = []
    const answer = metadata.response.create({ clusterId: 'of the hook' })
    const hooks: Hook[] = [
      { name: 'answer', onRequest: () => ({ response: answer }) },
      { name: 'never', onRequest: () => void asked.push('never') },
    ]
    await using broker = await startBroker({ hooks })
    expect(await broker.ask(metadata, everything)).toBe(answer)
    expect(asked).toEqual([])
  })

  it('may refuse with a Kafka error, in the form of each API', async () => {
    await using broker = await startBroker({
      hooks: [{ name: 'refuse', onRequest: () => ({ refuse: 'CLUSTER_AUTHORIZATION_FAILED', message: 'not you' }) }],
    })
    const produced = await broker.ask(produce, produceRequest([{ topic: 't', records: [batchOf(['a'])] }]))
    expect(produced.responses[0]!.partitionResponses[0]).toMatchObject({ errorCode: 31, errorMessage: 'not you' })
    const created = await broker.ask(createTopics, createTopics.request.create({ topics: [newTopic('t')] }))
    expect(created.topics).toMatchObject([{ name: 't', errorCode: 31, errorMessage: 'not you' }])
    const old = await broker.ask(fetch, fetchRequest([{ topic: 't', offset: 0 }]), { version: 4 })
    expect(old.responses).toMatchObject([{ topic: 't', partitions: [{ errorCode: 31, records: [] }] }])
    expect(await broker.ask(fetch, fetchRequest([]), { version: 17 })).toMatchObject({ errorCode: 31 })
  })

  it('refuses every API that there is without failing', async () => {
    await using broker = await startBroker({
      hooks: [{ name: 'refuse', onRequest: () => ({ refuse: 'POLICY_VIOLATION' }) }],
    })
    for (const { api, minVersion, maxVersion } of broker.broker.apis) {
      const definition = api as typeof metadata
      for (let version = minVersion; version <= maxVersion; version++) {
        expect(await broker.ask(definition, definition.request.create({}), { version })).toBeTypeOf('object')
      }
    }
  })

  it('closes the connection when it refuses a batch with acks=0, and sends nothing when it answers one', async () => {
    let verdict: ReturnType<NonNullable<Hook['onRequest']>> = { refuse: 'POLICY_VIOLATION' }
    await using broker = await startBroker({ hooks: [{ name: 'h', onRequest: () => verdict }] })
    const request = produceRequest([{ topic: 't', records: [batchOf(['a'])] }], { acks: 0 })
    await expect(broker.ask(produce, request)).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    verdict = { response: produce.response.create({}) }
    expect(await broker.ask(produce, request)).toBeNull()
  })

  it('that is slow keeps the order of its connection, and does not hold up others', async () => {
    const waiting: Array<() => void> = []
    const slow: Hook = {
      name: 'slow',
      onRequest: ({ api, clientId }) =>
        api.key === produce.key && clientId === 'slow'
          ? new Promise<undefined>((resolve) => waiting.push(() => resolve(undefined)))
          : undefined,
    }
    await using broker = await startBroker({ hooks: [slow] })
    await broker.createTopic('t')
    const first = broker.produce('t', batchOf(['1']), { clientId: 'slow' })
    const second = broker.produce('t', batchOf(['2']), { clientId: 'quick' })
    expect(await broker.produce('t', batchOf(['other']), { connection: testConnection() })).toMatchObject({
      baseOffset: 0,
    })
    expect(await isPending(second)).toBe(true)
    waiting[0]!()
    expect((await Promise.all([first, second])).map(({ baseOffset }) => baseOffset)).toEqual([1, 2])
  })

  it('that answers at random times keeps the order of fifty requests in flight', async () => {
    const jitter: Hook = {
      name: 'jitter',
      onRequest: async () => {
        for (let turns = Math.floor(Math.random() * 5); turns > 0; turns--) await Promise.resolve()
      },
      onAppend: async () => {
        for (let turns = Math.floor(Math.random() * 5); turns > 0; turns--) await Promise.resolve()
      },
    }
    await using broker = await startBroker({ hooks: [jitter] })
    await broker.createTopic('t')
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => broker.produce('t', batchOf([String(index)]))),
    )
    expect(answers.map(({ baseOffset }) => baseOffset)).toEqual(answers.map((_, index) => index))
    expect((await broker.records('t')).map(({ value }) => value)).toEqual(answers.map((_, index) => String(index)))
  })
})

describe('onResponse', () => {
  it('may change the response, hook after hook', async () => {
    const mark = (text: string): Hook => ({
      name: text,
      onResponse: ({ api, response }) =>
        api.key === metadata.key
          ? { ...response, clusterId: `${(response as { clusterId: string }).clusterId}${text}` }
          : undefined,
    })
    await using broker = await startBroker({ hooks: [mark('1'), { name: 'look', onResponse: () => {} }, mark('2')] })
    const { clusterId } = await broker.ask(metadata, everything)
    expect(clusterId).toBe(`${broker.broker.clusterId}12`)
  })

  it('that fails has no say, because what was done is done', async () => {
    const fails: Hook = {
      name: 'fails',
      onResponse: () => {
        throw new Error('no')
      },
    }
    await using broker = await startBroker({ hooks: [fails] })
    const request = initProducerId.request.create({ transactionalId: null })
    expect(errorName((await broker.ask(initProducerId, request)).errorCode)).toBe('NONE')
  })
})
