import { describe, expect, it } from 'vitest'
import { offsetFetch } from '../../../src/protocol/apis/offset-fetch.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { startBroker } from '../../support/broker-fixture.ts'
import { GroupClient } from '../../support/group-client.ts'

describe('OffsetFetch', () => {
  it('O5: metadata and leader epoch come back as they were committed; null metadata comes back empty', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t', { partitions: 2 })
    const group = new GroupClient(broker)
    await group.commit(7, { metadata: 'héllo ☃', leaderEpoch: 3 })
    await group.commit(8, { partition: 1 })
    expect(await group.committed()).toEqual([
      { topic: 't', partition: 0, offset: 7, leaderEpoch: 3, metadata: 'héllo ☃', error: 'NONE' },
      { topic: 't', partition: 1, offset: 8, leaderEpoch: -1, metadata: '', error: 'NONE' },
    ])
  })

  it('O6: where nothing is committed, or there is no such group, the offset is -1 and that is no error', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const group = new GroupClient(broker)
    const nothing = { partition: 0, offset: -1, leaderEpoch: -1, metadata: '', error: 'NONE' }
    expect(await group.committed('t')).toEqual([{ topic: 't', ...nothing }])
    expect(await group.committed()).toEqual([])
    await group.commit(1)
    expect(await group.committed('t', 9)).toEqual([{ topic: 't', ...nothing, partition: 9 }])
    expect(await group.committed('unknown')).toEqual([{ topic: 'unknown', ...nothing }])
    expect(await group.state()).toBe('Empty')
  })

  it('O6: up to version 7 for one group, where null means all; from version 8 on for several; by id in version 10', async () => {
    await using broker = await startBroker()
    const topicId = await broker.createTopic('t')
    await new GroupClient(broker, 'a').commit(1)
    await new GroupClient(broker, 'b').commit(2)
    const old = offsetFetch.request.create({ groupId: 'a', topics: null })
    for (const version of [2, 5, 7]) {
      const answer = await broker.ask(offsetFetch, old, { version })
      expect(answer).toMatchObject({ errorCode: 0, topics: [{ name: 't', partitions: [{ committedOffset: 1 }] }] })
    }
    const group = (groupId: string, id = topicId) => ({
      groupId,
      memberId: null,
      memberEpoch: -1,
      topics: [{ name: '', topicId: id, partitionIndexes: [0] }],
    })
    const groups = [group('a'), group('b'), group('none'), group('a', 'BBBBBBBBBBBBBBBBBBBBBA')]
    const answer = await broker.ask(offsetFetch, offsetFetch.request.create({ groups }), { version: 10 })
    const found = answer.groups.map(({ groupId, topics }) => [
      groupId,
      topics[0]!.partitions[0]!.committedOffset,
      errorName(topics[0]!.partitions[0]!.errorCode),
    ])
    expect(found).toEqual([
      ['a', 1, 'NONE'],
      ['b', 2, 'NONE'],
      ['none', -1, 'NONE'],
      ['a', -1, 'UNKNOWN_TOPIC_ID'],
    ])
    expect(answer.groups[0]!.topics[0]!.topicId).toBe(topicId)
  })
})
