import { describe, expect, it } from 'vitest'
import { startBroker } from '../../support/broker-fixture.ts'
import { GroupClient } from '../../support/group-client.ts'
import { quiet } from '../../support/pending.ts'

describe('Heartbeat', () => {
  it('G11: is well in a stable group; a wrong generation, a stranger and an unknown group are told', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const [member] = await group.form(1)
    const { memberId, generationId } = member!
    expect(await group.heartbeat(member!)).toBe('NONE')
    expect(await group.heartbeat({ memberId, generationId: generationId - 1 })).toBe('ILLEGAL_GENERATION')
    expect(await group.heartbeat({ memberId: 'stranger', generationId })).toBe('UNKNOWN_MEMBER_ID')
    expect(await new GroupClient(broker, 'nowhere').heartbeat(member!)).toBe('UNKNOWN_MEMBER_ID')
    expect(await new GroupClient(broker, '').heartbeat(member!)).toBe('INVALID_GROUP_ID')
  })

  it('G11: tells a member to join again while the group rebalances', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const [member] = await group.form(1)
    const joining = group.joinNew()
    await quiet()
    expect(await group.heartbeat(member!)).toBe('REBALANCE_IN_PROGRESS')
    await broker.broker.close()
    await joining
  })

  it('G12: keeps a member in the group for as long as it comes; without, its session ends', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const [member] = await group.form(1, { sessionTimeoutMs: 10_000 })
    for (let beat = 0; beat < 3; beat++) {
      broker.clock.advance(9000)
      expect(await group.heartbeat(member!)).toBe('NONE')
    }
    broker.clock.advance(10_001)
    await quiet()
    expect(await group.heartbeat(member!)).toBe('UNKNOWN_MEMBER_ID')
    expect(await group.state()).toBe('Empty')
  })
})
