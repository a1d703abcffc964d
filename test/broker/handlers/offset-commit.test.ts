import { describe, expect, it } from 'vitest'
import { offsetCommit } from '../../../src/protocol/apis/offset-commit.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { openMemoryEngine } from '../../../src/storage/memory/memory-engine.ts'
import { startBroker } from '../../support/broker-fixture.ts'
import { FaultyEngine } from '../../support/faulty-engine.ts'
import { firstRoundMs, GroupClient } from '../../support/group-client.ts'
import { isPending, quiet } from '../../support/pending.ts'

describe('OffsetCommit', () => {
  it('O1: a member commits in its generation alone, and not between join and sync', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const group = new GroupClient(broker)
    const join = group.joinNew()
    await quiet()
    broker.clock.advance(firstRoundMs)
    const member = await join
    expect(await group.commit(1, { member })).toBe('REBALANCE_IN_PROGRESS')
    await group.syncAll([member])
    expect(await group.commit(2, { member })).toBe('NONE')
    expect(await group.commit(3, { member: { ...member, generationId: 0 } })).toBe('ILLEGAL_GENERATION')
    expect(await group.commit(3, { member: { ...member, generationId: 2 } })).toBe('ILLEGAL_GENERATION')
    expect(await group.commit(3, { member: { memberId: 'nobody', generationId: 1 } })).toBe('UNKNOWN_MEMBER_ID')
    void group.joinNew()
    await quiet()
    expect(await group.state()).toBe('PreparingRebalance')
    expect(await group.commit(4, { member })).toBe('NONE')
    expect(await group.committed('t')).toMatchObject([{ offset: 4 }])
  })

  it('O2: without a generation anybody may commit while a group has no members, and nobody while it has', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const group = new GroupClient(broker)
    expect(await group.commit(5)).toBe('NONE')
    expect(await group.describe()).toMatchObject({ groupState: 'Empty', protocolType: '', members: [] })
    const [member] = await group.form(1)
    expect(await group.commit(6)).toBe('UNKNOWN_MEMBER_ID')
    await group.leave(member!)
    expect(await group.commit(7)).toBe('NONE')
    expect(await group.committed()).toMatchObject([{ topic: 't', partition: 0, offset: 7 }])
  })

  it('O2: an empty group id may commit, and nothing else', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const group = new GroupClient(broker, '')
    expect(await group.commit(5)).toBe('NONE')
    expect(await group.committed('t')).toMatchObject([{ offset: 5 }])
    expect((await group.describe()).error).toBe('INVALID_GROUP_ID')
  })

  it('O3: a generation of a group that is not there is illegal; from version 9 on the group is not found', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const group = new GroupClient(broker)
    const member = { memberId: 'm', generationId: 1 }
    expect(await group.commit(1, { member, version: 8 })).toBe('ILLEGAL_GENERATION')
    expect(await group.commit(1, { member, version: 9 })).toBe('GROUP_ID_NOT_FOUND')
    expect(await group.state()).toBe('Dead')
  })

  it('O4: too long a metadata or an unknown partition is an error of that partition alone', async () => {
    await using broker = await startBroker()
    const topicId = await broker.createTopic('t', { partitions: 2 })
    const partition = (partitionIndex: number, committedMetadata: string | null) => ({
      partitionIndex,
      committedOffset: 2 ** 40,
      committedLeaderEpoch: -1,
      committedMetadata,
    })
    const request = offsetCommit.request.create({
      groupId: 'g',
      topics: [
        {
          name: 't',
          topicId,
          partitions: [partition(0, 'x'.repeat(4096)), partition(1, 'x'.repeat(4097)), partition(2, '')],
        },
        { name: 'unknown', topicId: 'BBBBBBBBBBBBBBBBBBBBBA', partitions: [partition(0, '')] },
      ],
    })
    for (const [version, unknown] of [
      [9, 'UNKNOWN_TOPIC_OR_PARTITION'],
      [10, 'UNKNOWN_TOPIC_ID'],
    ] as const) {
      const { topics } = await broker.ask(offsetCommit, request, { version })
      expect(topics.map(({ partitions }) => partitions.map(({ errorCode }) => errorName(errorCode)))).toEqual([
        ['NONE', 'OFFSET_METADATA_TOO_LARGE', 'UNKNOWN_TOPIC_OR_PARTITION'],
        [unknown],
      ])
    }
    const committed = await new GroupClient(broker).committed()
    expect(committed.map((one) => [one.partition, one.offset])).toEqual([[0, 2 ** 40]])
  })

  it('O8: a commit renews the session of its member', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const group = new GroupClient(broker)
    const [member] = await group.form(1)
    for (let round = 0; round < 3; round++) {
      broker.clock.advance(9_999)
      expect(await group.commit(round, { member: member! })).toBe('NONE')
    }
    expect(await group.state()).toBe('Stable')
  })

  it('O10: a topic that is created again does not inherit the offsets of the one that was deleted', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    await broker.createTopic('kept')
    const group = new GroupClient(broker)
    await group.commit(5)
    await group.commit(6, { topic: 'kept' })
    await broker.deleteTopic('t')
    await quiet()
    expect(await broker.storage.entries('offset/')).toHaveLength(1)
    expect(await group.commit(1)).toBe('UNKNOWN_TOPIC_OR_PARTITION')
    await broker.createTopic('t')
    expect(await group.committed('t')).toMatchObject([{ offset: -1 }])
    expect(await group.committed()).toMatchObject([{ topic: 'kept', offset: 6 }])
  })

  it('are durable before the answer, and nobody sees them earlier', async () => {
    const storage = new FaultyEngine(await openMemoryEngine({ maxBytes: 2 ** 20, durability: 'none' }))
    await using broker = await startBroker({ storage })
    await broker.createTopic('t')
    const group = new GroupClient(broker)
    await group.commit(1)
    storage.stall()
    const commit = group.commit(2)
    expect(await isPending(commit)).toBe(true)
    expect(await group.committed('t')).toMatchObject([{ offset: 1 }])
    storage.release()
    expect(await commit).toBe('NONE')
    expect(await group.committed('t')).toMatchObject([{ offset: 2 }])
  })

  it('that the store did not keep are refused, and the old ones stay', async () => {
    const storage = new FaultyEngine(await openMemoryEngine({ maxBytes: 2 ** 20, durability: 'none' }))
    await using broker = await startBroker({ storage })
    await broker.createTopic('t')
    const group = new GroupClient(broker)
    await group.commit(1)
    storage.failCommits()
    expect(await group.commit(2)).toBe('KAFKA_STORAGE_ERROR')
    expect(await group.committed('t')).toMatchObject([{ offset: 1 }])
  })
})
