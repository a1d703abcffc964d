import { describe, expect, it } from 'vitest'
import { deleteGroups } from '../../../src/protocol/apis/delete-groups.ts'
import { offsetFetch } from '../../../src/protocol/apis/offset-fetch.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { zeroUuid } from '../../../src/protocol/uuid.ts'
import { openMemoryEngine } from '../../../src/storage/memory/memory-engine.ts'
import { type BrokerFixture, startBroker } from '../../support/broker-fixture.ts'
import { FaultyEngine } from '../../support/faulty-engine.ts'
import { GroupClient } from '../../support/group-client.ts'
import { lasting } from '../../support/lasting-engine.ts'
import { quiet } from '../../support/pending.ts'
import { TransactionalProducer, transactionalProducer } from '../../support/transactional-producer.ts'

async function startWithTopic(): Promise<{ broker: BrokerFixture; group: GroupClient }> {
  const broker = await startBroker()
  await broker.createTopic('t', { partitions: 2 })
  return { broker, group: new GroupClient(broker) }
}

describe('TxnOffsetCommit', () => {
  it('T13: offsets are there when the transaction is committed, not before; O7: who wants what is stable is told to wait', async () => {
    const { broker, group } = await startWithTopic()
    await using _ = broker
    await group.commit(3)
    const producer = await transactionalProducer(broker, 'x')
    await producer.addOffsets('g')
    expect(await producer.commitOffset('g', 7)).toBe('NONE')
    expect(await producer.commitOffset('g', 8, { metadata: 'mine' })).toBe('NONE')
    expect(await offsetOf(group)).toMatchObject({ offset: 3 })
    expect(await offsetOf(group, true)).toMatchObject({ error: 'UNSTABLE_OFFSET_COMMIT', offset: -1 })
    expect(await producer.end('commit')).toBe('NONE')
    expect(await offsetOf(group, true)).toMatchObject({ error: 'NONE', offset: 8, metadata: 'mine' })
  })

  it('T13: an abort drops them', async () => {
    const { broker, group } = await startWithTopic()
    await using _ = broker
    await group.commit(3)
    const producer = await transactionalProducer(broker, 'x')
    await producer.addOffsets('g')
    await producer.commitOffset('g', 7)
    expect(await producer.end('abort')).toBe('NONE')
    expect(await offsetOf(group, true)).toMatchObject({ error: 'NONE', offset: 3 })
    await producer.addOffsets('g')
    expect(await producer.end('commit')).toBe('NONE')
    expect(await offsetOf(group, true)).toMatchObject({ error: 'NONE', offset: 3 })
  })

  it('T13: a member of an older generation is fenced, and so is who speaks of a group that is not there', async () => {
    const { broker, group } = await startWithTopic()
    await using _ = broker
    const producer = await transactionalProducer(broker, 'x')
    await producer.addOffsets('g')
    expect(await producer.commitOffset('g', 1, { member: { memberId: 'm', generationId: 0 } })).toBe(
      'ILLEGAL_GENERATION',
    )
    const { memberId, generationId } = (await group.form(1))[0]!
    expect(await producer.commitOffset('g', 1, { member: { memberId: 'other', generationId } })).toBe(
      'UNKNOWN_MEMBER_ID',
    )
    expect(await producer.commitOffset('g', 1, { member: { memberId, generationId: generationId + 1 } })).toBe(
      'ILLEGAL_GENERATION',
    )
    expect(await producer.commitOffset('g', 5, { member: { memberId, generationId } })).toBe('NONE')
    expect(await producer.end('commit')).toBe('NONE')
    expect(await offsetOf(group, true)).toMatchObject({ offset: 5 })
  })

  it('T13: a group that was not added is refused by the version of the request, and adds itself from 5 on', async () => {
    const { broker, group } = await startWithTopic()
    await using _ = broker
    const producer = await transactionalProducer(broker, 'x')
    expect(await producer.commitOffset('g', 1, { version: 3 })).toBe('INVALID_TXN_STATE')
    expect(await producer.commitOffset('g', 1, { version: 4 })).toBe('TRANSACTION_ABORTABLE')
    expect(await producer.commitOffset('g', 1, { version: 5 })).toBe('NONE')
    expect(await producer.end('commit', { version: 5 })).toBe('NONE')
    expect(await offsetOf(group, true)).toMatchObject({ offset: 1 })
  })

  it('T5: refuses whoever is not the producer, and has others wait while the end is on its way', async () => {
    const disk = new FaultyEngine(await openMemoryEngine({ maxBytes: 2 ** 24, durability: 'none' }))
    await using broker = await startBroker({ storage: disk })
    await broker.createTopic('t')
    const producer = await transactionalProducer(broker, 'x')
    await producer.addOffsets('g')
    const { producerId } = producer
    expect(await new TransactionalProducer(broker, 'x', 99, 0).commitOffset('g', 1)).toBe('INVALID_PRODUCER_ID_MAPPING')
    expect(await new TransactionalProducer(broker, 'x', producerId, 3).commitOffset('g', 1)).toBe(
      'INVALID_PRODUCER_EPOCH',
    )
    disk.stall()
    const ending = producer.end('commit')
    await quiet()
    expect(await producer.commitOffset('g', 1)).toBe('COORDINATOR_NOT_AVAILABLE')
    expect(await producer.commitOffset('g', 1, { version: 5 })).toBe('CONCURRENT_TRANSACTIONS')
    disk.release()
    expect(await ending).toBe('NONE')
  })

  it('O4: a partition that there is not keeps no other from it', async () => {
    const { broker, group } = await startWithTopic()
    await using _ = broker
    const producer = await transactionalProducer(broker, 'x')
    await producer.addOffsets('g')
    expect(await producer.commitOffset('g', 1, { topic: 'missing' })).toBe('UNKNOWN_TOPIC_OR_PARTITION')
    expect(await producer.commitOffset('g', 1, { partition: 7 })).toBe('UNKNOWN_TOPIC_OR_PARTITION')
    expect(await producer.commitOffset('g', 1, { metadata: 'x'.repeat(5000) })).toBe('OFFSET_METADATA_TOO_LARGE')
    expect(await producer.commitOffset('g', 2, { partition: 1 })).toBe('NONE')
    await producer.end('commit')
    expect(await offsetOf(group, true, 1)).toMatchObject({ offset: 2 })
    expect(await offsetOf(group, true, 0)).toMatchObject({ offset: -1 })
  })

  it('offsets wait over a restart of the broker', async () => {
    const storage = lasting(await openMemoryEngine({ maxBytes: 2 ** 24, durability: 'none' }))
    const before = await startBroker({ storage })
    await before.createTopic('t')
    const { producerId } = await transactionalProducer(before, 'x')
    const first = new TransactionalProducer(before, 'x', producerId, 0)
    await first.addOffsets('g')
    await first.commitOffset('g', 9)
    await before.broker.close()
    await using broker = await startBroker({ storage })
    const group = new GroupClient(broker)
    expect(await offsetOf(group, true)).toMatchObject({ error: 'UNSTABLE_OFFSET_COMMIT' })
    expect(await new TransactionalProducer(broker, 'x', producerId, 0).end('commit')).toBe('NONE')
    expect(await offsetOf(group, true)).toMatchObject({ error: 'NONE', offset: 9 })
  })

  it('markers and offsets are one commit: when it fails neither is there, and both come with the same request again', async () => {
    const disk = new FaultyEngine(await openMemoryEngine({ maxBytes: 2 ** 24, durability: 'none' }))
    await using broker = await startBroker({ storage: disk })
    await broker.createTopic('t')
    const group = new GroupClient(broker)
    const producer = await transactionalProducer(broker, 'x')
    await producer.begin('t', ['a'])
    await producer.addOffsets('g')
    await producer.commitOffset('g', 4)
    disk.failCommits()
    expect(await producer.end('commit')).toBe('NOT_COORDINATOR')
    await quiet()
    expect(await offsetOf(group, true)).toMatchObject({ error: 'UNSTABLE_OFFSET_COMMIT' })
    expect(await offsetOf(group)).toMatchObject({ offset: -1 })
    const before = disk.commitCount
    expect(await producer.end('commit')).toBe('NONE')
    expect(disk.commitCount).toBe(before + 1)
    expect(await offsetOf(group, true)).toMatchObject({ error: 'NONE', offset: 4 })
  })

  it('a topic or a group that was deleted meanwhile gets no offsets', async () => {
    const { broker, group } = await startWithTopic()
    await using _ = broker
    await broker.createTopic('gone')
    const producer = await transactionalProducer(broker, 'x')
    for (const id of ['g', 'dead']) await producer.addOffsets(id)
    await producer.commitOffset('g', 1, { topic: 'gone' })
    await producer.commitOffset('g', 2)
    await producer.commitOffset('dead', 3)
    await broker.deleteTopic('gone')
    await broker.ask(deleteGroups, deleteGroups.request.create({ groupsNames: ['dead'] }))
    expect(await producer.end('commit')).toBe('NONE')
    expect(await offsetOf(group, true)).toMatchObject({ offset: 2 })
    expect(await offsetOf(new GroupClient(broker, 'dead'), true)).toMatchObject({ offset: -1 })
    expect((await broker.storage.entries('offset/')).map(([key]) => key)).toHaveLength(1)
  })
})

async function offsetOf(group: GroupClient, requireStable = false, partition = 0) {
  const topics = [{ name: 't', topicId: zeroUuid, partitionIndexes: [partition] }]
  const asked = { groupId: group.groupId, memberId: null, memberEpoch: -1, topics }
  const request = offsetFetch.request.create({ groups: [asked], requireStable })
  const { groups } = await group.broker.ask(offsetFetch, request, { version: 9 })
  const { committedOffset: offset, metadata, errorCode } = groups[0]!.topics[0]!.partitions[0]!
  return { offset, metadata, error: errorName(errorCode) }
}
