import { describe, expect, it } from 'vitest'
import { offsetDelete } from '../../../src/protocol/apis/offset-delete.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { type BrokerFixture, startBroker } from '../../support/broker-fixture.ts'
import { GroupClient, subscribed } from '../../support/group-client.ts'

/** @returns the error of the whole, then of each topic's partition 0 */
async function forget(broker: BrokerFixture, groupId: string, ...topics: string[]): Promise<string[]> {
  const request = offsetDelete.request.create({
    groupId,
    topics: topics.map((name) => ({ name, partitions: [{ partitionIndex: 0 }] })),
  })
  const answer = await broker.ask(offsetDelete, request)
  const ofTopics = answer.topics.map(({ partitions }) => partitions[0]!.errorCode)
  return [answer.errorCode, ...ofTopics].map(errorName)
}

describe('OffsetDelete', () => {
  it('G19: forgets offsets of topics that the group does not consume', async () => {
    await using broker = await startBroker()
    for (const topic of ['read', 'left', 'never']) await broker.createTopic(topic)
    const group = new GroupClient(broker)
    const [member] = await group.form(1, { protocols: subscribed('read') })
    await group.commit(1, { member: member!, topic: 'read' })
    await group.commit(2, { member: member!, topic: 'left' })
    expect(await forget(broker, 'g', 'read', 'left', 'never', 'unknown')).toEqual([
      'NONE',
      'GROUP_SUBSCRIBED_TO_TOPIC',
      'NONE',
      'NONE',
      'UNKNOWN_TOPIC_OR_PARTITION',
    ])
    expect(await group.committed()).toMatchObject([{ topic: 'read', offset: 1 }])
    await group.leave(member!)
    expect(await forget(broker, 'g', 'read')).toEqual(['NONE', 'NONE'])
    expect(await group.committed()).toEqual([])
    expect(await broker.storage.entries('offset/')).toEqual([])
  })

  it('G19: of a group of another kind nothing is known, so it must have no members', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const group = new GroupClient(broker)
    const [member] = await group.form(1, { protocolType: 'connect' })
    expect(await forget(broker, 'g', 't')).toEqual(['NON_EMPTY_GROUP'])
    await group.leave(member!)
    expect(await forget(broker, 'g', 't')).toEqual(['NONE', 'NONE'])
  })

  it('G19: a group that is not there is not found', async () => {
    await using broker = await startBroker()
    expect(await forget(broker, 'g', 't')).toEqual(['GROUP_ID_NOT_FOUND'])
    expect(await forget(broker, '', 't')).toEqual(['GROUP_ID_NOT_FOUND'])
  })
})
