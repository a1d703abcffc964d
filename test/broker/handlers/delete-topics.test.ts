import { describe, expect, it } from 'vitest'
import { deleteTopics } from '../../../src/protocol/apis/delete-topics.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { zeroUuid } from '../../../src/protocol/uuid.ts'
import { openMemoryEngine } from '../../../src/storage/memory/memory-engine.ts'
import { type BrokerFixture, startBroker } from '../../support/broker-fixture.ts'
import { FaultyEngine } from '../../support/faulty-engine.ts'
import { batchOf } from '../../support/record-batches.ts'

async function remove(broker: BrokerFixture, topics: Array<{ name: string | null; topicId: string }>) {
  const { responses } = await broker.ask(deleteTopics, deleteTopics.request.create({ topics }))
  return responses.map((one) => ({ ...one, error: errorName(one.errorCode) }))
}

describe('DeleteTopics', () => {
  it('A3: deletes by name and by id, and says which', async () => {
    await using broker = await startBroker()
    const [first, second] = [await broker.createTopic('a'), await broker.createTopic('b')]
    const answers = await remove(broker, [
      { name: 'a', topicId: zeroUuid },
      { name: null, topicId: second },
    ])
    expect(answers).toMatchObject([
      { name: 'a', topicId: first, error: 'NONE' },
      { name: 'b', topicId: second, error: 'NONE' },
    ])
    expect(await broker.fetch('a', 0)).toMatchObject({ error: 'UNKNOWN_TOPIC_OR_PARTITION' })
  })

  it('deletes by name alone before version 6', async () => {
    await using broker = await startBroker()
    await broker.createTopic('a')
    const request = deleteTopics.request.create({ topicNames: ['a', 'missing'] })
    const { responses } = await broker.ask(deleteTopics, request, { version: 5 })
    expect(responses.map(({ errorCode }) => errorName(errorCode))).toEqual(['NONE', 'UNKNOWN_TOPIC_OR_PARTITION'])
  })

  it('A3: refuses what is unknown, and what is named by both or by neither', async () => {
    await using broker = await startBroker()
    const topicId = await broker.createTopic('a')
    const answers = await remove(broker, [
      { name: 'missing', topicId: zeroUuid },
      { name: null, topicId: 'BBBBBBBBBBBBBBBBBBBBBB' },
      { name: 'a', topicId },
      { name: null, topicId: zeroUuid },
    ])
    expect(answers.map(({ error }) => error)).toEqual([
      'UNKNOWN_TOPIC_OR_PARTITION',
      'UNKNOWN_TOPIC_ID',
      'INVALID_REQUEST',
      'INVALID_REQUEST',
    ])
  })

  it('A3: a topic that is created again has none of the old records', async () => {
    await using broker = await startBroker()
    await broker.createTopic('a')
    await broker.produce('a', batchOf(['old']))
    await broker.deleteTopic('a')
    await broker.createTopic('a')
    expect(await broker.fetch('a', 0)).toMatchObject({ error: 'NONE', highWatermark: 0, logStartOffset: 0 })
    expect(await broker.produce('a', batchOf(['new']))).toMatchObject({ baseOffset: 0 })
    expect((await broker.records('a')).map(({ value }) => value)).toEqual(['new'])
  })

  it('A3: refuses where deletion is disabled', async () => {
    await using broker = await startBroker({ configs: { 'delete.topic.enable': 'false' } })
    await broker.createTopic('a')
    expect(await remove(broker, [{ name: 'a', topicId: zeroUuid }])).toMatchObject([
      { error: 'TOPIC_DELETION_DISABLED' },
    ])
  })

  it('F7: wakes a fetch that waits for the topic', async () => {
    await using broker = await startBroker()
    await broker.createTopic('a')
    const waiting = broker.fetch('a', 0, { maxWaitMs: 60_000 })
    await broker.deleteTopic('a')
    expect(await waiting).toMatchObject({ error: 'UNKNOWN_TOPIC_OR_PARTITION' })
  })

  it('leaves the topic as it was when the store fails', async () => {
    const storage = new FaultyEngine(await openMemoryEngine({ maxBytes: 2 ** 20, durability: 'none' }))
    await using broker = await startBroker({ storage })
    await broker.createTopic('a')
    await broker.produce('a', batchOf(['kept']))
    storage.failCommits()
    expect(await remove(broker, [{ name: 'a', topicId: zeroUuid }])).toMatchObject([{ error: 'KAFKA_STORAGE_ERROR' }])
    expect((await broker.records('a')).map(({ value }) => value)).toEqual(['kept'])
    expect(await remove(broker, [{ name: 'a', topicId: zeroUuid }])).toMatchObject([{ error: 'NONE' }])
  })

  it('A3: a topic that is named twice is refused, once, and stays', async () => {
    await using broker = await startBroker()
    await broker.createTopic('a')
    const asked = { name: 'a', topicId: zeroUuid }
    expect(await remove(broker, [asked, asked])).toMatchObject([{ error: 'INVALID_REQUEST' }])
    expect(await broker.fetch('a', 0)).toMatchObject({ error: 'NONE' })
  })
})
