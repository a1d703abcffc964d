import { describe, expect, it } from 'vitest'
import { leaveGroup } from '../../../src/protocol/apis/leave-group.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { startBroker } from '../../support/broker-fixture.ts'
import { GroupClient } from '../../support/group-client.ts'
import { isPending, quiet } from '../../support/pending.ts'

describe('LeaveGroup', () => {
  it('G13: members leave one by one, by a list, or by instance id, each with an error of its own', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const members = await group.form(4, (index) => (index === 3 ? { instanceId: 'fixed' } : {}))
    const dynamic = members.filter(({ memberId }) => !memberId.startsWith('fixed'))
    expect(
      await group.leave(dynamic[0]!, { memberId: 'nobody' }, { instanceId: 'fixed' }, { instanceId: 'no' }),
    ).toEqual(['NONE', 'UNKNOWN_MEMBER_ID', 'NONE', 'UNKNOWN_MEMBER_ID'])
    expect(await group.state()).toBe('PreparingRebalance')
    expect(await group.leave({})).toEqual(['UNKNOWN_MEMBER_ID'])
    expect(await group.leave(dynamic[1]!, dynamic[2]!)).toEqual(['NONE', 'NONE'])
    expect(await group.state()).toBe('Empty')
  })

  it('G13: of a group that is not there every member is unknown', async () => {
    await using broker = await startBroker()
    expect(await new GroupClient(broker).leave({ memberId: 'a' }, { memberId: 'b' })).toEqual([
      'UNKNOWN_MEMBER_ID',
      'UNKNOWN_MEMBER_ID',
    ])
    await expect(new GroupClient(broker, '').leave({ memberId: 'a' })).rejects.toThrow('INVALID_GROUP_ID')
  })

  it('G13: a member id that was handed out and not used yet can be given back', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const [member] = await group.form(1)
    const { memberId } = await group.join()
    const rejoin = group.join({ memberId: member!.memberId })
    expect(await isPending(rejoin)).toBe(true)
    expect(await group.leave({ memberId })).toEqual(['NONE'])
    expect((await rejoin).error).toBe('NONE')
  })

  it('G13: a member that leaves while its join waits is told that it is no member', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const [leader] = await group.form(2)
    const rejoin = group.join({ memberId: leader!.memberId })
    await quiet()
    await group.leave(leader!)
    expect((await rejoin).error).toBe('UNKNOWN_MEMBER_ID')
  })

  it('G13: before version 3 there is one member, and its error is that of the request', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const [{ memberId } = { memberId: '' }] = await group.form(1)
    const leave = async (id: string) => {
      const request = leaveGroup.request.create({ groupId: 'g', memberId: id })
      return errorName((await broker.ask(leaveGroup, request, { version: 2 })).errorCode)
    }
    expect(await leave('stranger')).toBe('UNKNOWN_MEMBER_ID')
    expect(await leave(memberId)).toBe('NONE')
    expect(await leave(memberId)).toBe('UNKNOWN_MEMBER_ID')
  })
})
