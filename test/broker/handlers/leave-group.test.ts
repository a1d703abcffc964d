import { describe, expect, it } from 'vitest'
import { leaveGroup } from '../../../src/protocol/apis/leave-group.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { startBroker } from '../../support/broker-fixture.ts'
import { GroupClient } from '../../support/group-client.ts'

describe('LeaveGroup', () => {
  it('G13: takes several out at once, tells the error of each, and leaves an empty group', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const [one, two] = await group.form(2)
    expect(
      await group.leave({ memberId: one!.memberId }, { memberId: 'stranger' }, { memberId: two!.memberId }),
    ).toEqual(['NONE', 'UNKNOWN_MEMBER_ID', 'NONE'])
    expect(await group.state()).toBe('Empty')
    expect(await new GroupClient(broker, 'nowhere').leave({ memberId: 'x' })).toEqual(['UNKNOWN_MEMBER_ID'])
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

  it('G13: a static member goes by its instance id alone', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    await group.form(1, { instanceId: 'fixed' })
    expect(await group.leave({ instanceId: 'other' })).toEqual(['UNKNOWN_MEMBER_ID'])
    expect(await group.leave({ instanceId: 'fixed' })).toEqual(['NONE'])
    expect(await group.state()).toBe('Empty')
  })
})
