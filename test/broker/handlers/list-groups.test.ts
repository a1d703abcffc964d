import { describe, expect, it } from 'vitest'
import { listGroups } from '../../../src/protocol/apis/list-groups.ts'
import { startBroker } from '../../support/broker-fixture.ts'
import { GroupClient } from '../../support/group-client.ts'

describe('ListGroups', () => {
  it('G18: lists every group with its state and type, or those of some states and types', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    await new GroupClient(broker, 'simple').commit(1)
    await new GroupClient(broker, 'running').form(1)
    const list = async (statesFilter: string[] = [], typesFilter: string[] = []) => {
      const { groups } = await broker.ask(listGroups, listGroups.request.create({ statesFilter, typesFilter }))
      return groups.map((one) => `${one.groupId} ${one.protocolType} ${one.groupState} ${one.groupType}`).sort()
    }
    expect(await list()).toEqual(['running consumer Stable classic', 'simple  Empty classic'])
    expect(await list(['stable'])).toEqual(['running consumer Stable classic'])
    expect(await list(['Stable', 'EMPTY'])).toHaveLength(2)
    expect(await list(['Dead'])).toEqual([])
    expect(await list([], ['Classic'])).toHaveLength(2)
    expect(await list([], ['share'])).toEqual([])
    expect(await list(['Empty'], ['classic'])).toEqual(['simple  Empty classic'])
  })
})
