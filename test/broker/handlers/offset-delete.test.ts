import { expect, it } from 'vitest'
import { offsetDelete } from '../../../src/protocol/apis/offset-delete.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { type BrokerFixture, startBroker } from '../../support/broker-fixture.ts'
import { GroupClient, subscribed } from '../../support/group-client.ts'

async function remove(broker: BrokerFixture, groupId: string, name: string): Promise<string[]> {
  const topics = [{ name, partitions: [{ partitionIndex: 0 }] }]
  const answer = await broker.ask(offsetDelete, offsetDelete.request.create({ groupId, topics }))
  const errors = answer.topics.flatMap(({ partitions }) => partitions.map(({ errorCode }) => errorName(errorCode)))
  return [errorName(answer.errorCode), ...errors]
}

it('G19: OffsetDelete forgets offsets of topics that the group does not consume', async () => {
  await using broker = await startBroker()
  for (const name of ['t', 'u']) await broker.createTopic(name)
  const group = new GroupClient(broker)
  await group.commit(1, { topic: 't' })
  await group.commit(2, { topic: 'u' })
  await group.form(1, { protocols: subscribed('t') })
  expect(await remove(broker, 'g', 't')).toEqual(['NONE', 'GROUP_SUBSCRIBED_TO_TOPIC'])
  expect(await remove(broker, 'g', 'missing')).toEqual(['NONE', 'UNKNOWN_TOPIC_OR_PARTITION'])
  expect(await remove(broker, 'g', 'u')).toEqual(['NONE', 'NONE'])
  expect(await group.committed()).toMatchObject([{ topic: 't', offset: 1 }])
})

it('G19: of a group of another kind nothing is known, so it must have no members; and there must be one', async () => {
  await using broker = await startBroker()
  await broker.createTopic('t')
  await new GroupClient(broker, 'workers').form(1, { protocolType: 'connect', protocols: { default: 'x' } })
  expect(await remove(broker, 'workers', 't')).toEqual(['NON_EMPTY_GROUP'])
  expect(await remove(broker, 'nowhere', 't')).toEqual(['GROUP_ID_NOT_FOUND'])
})
