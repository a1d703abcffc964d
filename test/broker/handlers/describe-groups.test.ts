import { describe, expect, it } from 'vitest'
import { describeGroups } from '../../../src/protocol/apis/describe-groups.ts'
import { startBroker } from '../../support/broker-fixture.ts'
import { GroupClient } from '../../support/group-client.ts'
import { quiet } from '../../support/pending.ts'

describe('DescribeGroups', () => {
  it('G18: a group that is not there is dead, and from version 6 on not found', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    expect(await group.describe(5)).toMatchObject({ error: 'NONE', groupState: 'Dead', members: [] })
    expect(await group.describe(6)).toMatchObject({ error: 'GROUP_ID_NOT_FOUND', groupState: 'Dead', members: [] })
  })

  it('G18: tells members, and what they told and were given while the group is stable', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const [leader] = await group.form(2, (index) => ({
      clientId: `client-${index}`,
      instanceId: index === 1 ? 'fixed' : null,
      protocols: { range: `metadata ${index}` },
    }))
    const stable = await group.describe()
    expect(stable).toMatchObject({ groupState: 'Stable', protocolType: 'consumer', protocolData: 'range' })
    const members = stable.members.map((member) => ({
      instance: member.groupInstanceId,
      client: member.clientId,
      host: member.clientHost,
      metadata: member.memberMetadata.toString(),
      assigned: member.memberAssignment.toString() === member.memberId,
    }))
    expect(members.sort((a, b) => (a.client < b.client ? -1 : 1))).toEqual([
      { instance: null, client: 'client-0', host: '/test', metadata: 'metadata 0', assigned: true },
      { instance: 'fixed', client: 'client-1', host: '/test', metadata: 'metadata 1', assigned: true },
    ])
    void group.join({ memberId: leader!.memberId, instanceId: leader!.memberId.startsWith('fixed') ? 'fixed' : null })
    await quiet()
    const moving = await group.describe()
    expect(moving).toMatchObject({ groupState: 'PreparingRebalance', protocolData: '' })
    expect(moving.members.map((one) => [one.memberMetadata.length, one.memberAssignment.length])).toEqual([
      [0, 0],
      [0, 0],
    ])
  })

  it('tells what may be done with a group when that is asked for', async () => {
    await using broker = await startBroker()
    await new GroupClient(broker).form(1)
    const operations = async (includeAuthorizedOperations: boolean) => {
      const request = describeGroups.request.create({ groups: ['g'], includeAuthorizedOperations })
      return (await broker.ask(describeGroups, request)).groups[0]!.authorizedOperations
    }
    expect(await operations(false)).toBe(-(2 ** 31))
    // READ 3, DELETE 6, DESCRIBE 8, DESCRIBE_CONFIGS 10, ALTER_CONFIGS 11
    expect(await operations(true)).toBe((1 << 3) | (1 << 6) | (1 << 8) | (1 << 10) | (1 << 11))
  })
})
