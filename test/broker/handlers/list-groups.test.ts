import { expect, it } from 'vitest'
import { listGroups } from '../../../src/protocol/apis/list-groups.ts'
import { startBroker } from '../../support/broker-fixture.ts'
import { GroupClient } from '../../support/group-client.ts'

it('G18: ListGroups lets through the states and types that are asked for, in any case', async () => {
  await using broker = await startBroker()
  await broker.createTopic('t')
  await new GroupClient(broker, 'stable').form(1)
  await new GroupClient(broker, 'empty').commit(1)
  const list = async (filters: { statesFilter?: readonly string[]; typesFilter?: readonly string[] } = {}) =>
    (await broker.ask(listGroups, listGroups.request.create(filters))).groups
      .map(({ groupId, groupState, protocolType, groupType }) => [groupId, groupState, protocolType, groupType].join())
      .sort()
  const [empty, stable] = ['empty,Empty,,classic', 'stable,Stable,consumer,classic']
  expect(await list()).toEqual([empty, stable])
  expect(await list({ statesFilter: ['stable', 'Dead'] })).toEqual([stable])
  expect(await list({ typesFilter: ['Classic'], statesFilter: ['EMPTY'] })).toEqual([empty])
  expect(await list({ typesFilter: ['consumer'] })).toEqual([])
})
