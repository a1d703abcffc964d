import { describe, expect, it } from 'vitest'
import { startBroker } from '../../support/broker-fixture.ts'
import { GroupClient } from '../../support/group-client.ts'
import { quiet } from '../../support/pending.ts'

describe('DescribeGroups', () => {
  it('G18: a group that is not there is Dead, from version 6 on an error', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    expect(await group.describe(5)).toMatchObject({ error: 'NONE', groupState: 'Dead', members: [] })
    expect(await group.describe(6)).toMatchObject({ error: 'GROUP_ID_NOT_FOUND', groupState: 'Dead', members: [] })
    expect(await new GroupClient(broker, '').describe()).toMatchObject({ error: 'INVALID_GROUP_ID' })
  })

  it('G18: tells what members have in a stable group alone', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const [member] = await group.form(1)
    const described = await group.describe()
    expect(described).toMatchObject({ groupState: 'Stable', protocolType: 'consumer', protocolData: 'range' })
    expect(described.members).toMatchObject([{ memberId: member!.memberId, clientId: 'test' }])
    expect(described.members[0]!.memberAssignment.toString()).toBe(member!.memberId)
    expect(described.members[0]!.memberMetadata.length).toBeGreaterThan(0)
    const joining = group.joinNew()
    await quiet()
    const rebalancing = await group.describe()
    expect(rebalancing).toMatchObject({ groupState: 'PreparingRebalance', protocolData: '' })
    expect(rebalancing.members.every(({ memberAssignment }) => memberAssignment.length === 0)).toBe(true)
    await broker.broker.close()
    await joining
  })
})
