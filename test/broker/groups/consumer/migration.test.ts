import { describe, expect, it } from 'vitest'
import { apiVersions } from '../../../../src/protocol/apis/api-versions.ts'
import { openMemoryEngine } from '../../../../src/storage/memory/memory-engine.ts'
import { startBroker } from '../../../support/broker-fixture.ts'
import { ConsumerGroupMember, describedGroup } from '../../../support/consumer-group-client.ts'
import { GroupClient } from '../../../support/group-client.ts'
import { lasting } from '../../../support/lasting-engine.ts'

describe('a group that changes its protocol', () => {
  it('an empty classic group becomes one of the new protocol with the first heartbeat, and keeps its offsets', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const classic = new GroupClient(broker)
    const [member] = await classic.form(1)
    await classic.commit(4, { member: member! })
    expect((await new ConsumerGroupMember(broker, 'a').join(['t'])).error).toBe('GROUP_ID_NOT_FOUND')
    expect(await classic.state()).toBe('Stable')
    await classic.leave(member!)
    expect((await new ConsumerGroupMember(broker, 'a').join(['t'])).error).toBe('NONE')
    expect(await classic.committed()).toMatchObject([{ offset: 4 }])
    expect(await classic.state()).toBe('Dead')
    expect((await describedGroup(broker)).groupState).toBe('Stable')
  })

  it('and back; with members it refuses those of the other protocol', async () => {
    const engine = await openMemoryEngine({ maxBytes: 2 ** 22, durability: 'none' })
    const broker = await startBroker({ storage: lasting(engine) })
    await broker.createTopic('t')
    const [member, classic] = [new ConsumerGroupMember(broker, 'a'), new GroupClient(broker)]
    await member.join(['t'])
    await classic.commit(4, { member: { memberId: 'a', generationId: 2 } })
    for (const memberId of ['', 'b']) {
      expect((await classic.join({ memberId })).error).toBe('INCONSISTENT_GROUP_PROTOCOL')
    }
    expect(await classic.heartbeat({ memberId: 'a', generationId: 2 })).toBe('UNKNOWN_MEMBER_ID')
    expect((await classic.sync({ memberId: 'a', generationId: 2 })).error).toBe('UNKNOWN_MEMBER_ID')
    await member.leave()
    expect((await classic.join({ memberId: 'b' })).error).toBe('UNKNOWN_MEMBER_ID')
    const [joined] = await classic.form(1)
    expect(joined).toMatchObject({ error: 'NONE', generationId: 1 })
    expect((await member.beat({ memberEpoch: 2 })).error).toBe('GROUP_ID_NOT_FOUND')
    expect((await member.leave()).error).toBe('GROUP_ID_NOT_FOUND')
    expect(await classic.committed()).toMatchObject([{ offset: 4 }])
    await broker.broker.close()
    await using after = await startBroker({ storage: lasting(engine) })
    expect(await new GroupClient(after).heartbeat(joined!)).toBe('NONE')
  })

  it('a classic member that was given an id and has not used it comes too late', async () => {
    await using broker = await startBroker()
    const classic = new GroupClient(broker)
    const { memberId } = await classic.join()
    const member = new ConsumerGroupMember(broker, 'a')
    expect((await member.join(['t'])).error).toBe('NONE')
    expect((await classic.join({ memberId })).error).toBe('INCONSISTENT_GROUP_PROTOCOL')
    broker.clock.advance(20_000)
    expect((await member.beat()).error).toBe('NONE')
  })

  it('the feature group.version is told of as finalized at 1', async () => {
    await using broker = await startBroker()
    const request = apiVersions.request.create({ clientSoftwareName: 'a', clientSoftwareVersion: '1' })
    for (const version of [3, 4]) {
      const answer = await broker.ask(apiVersions, request, { version })
      const finalized = { name: 'group.version', maxVersionLevel: 1, minVersionLevel: 1 }
      expect(answer.finalizedFeatures).toContainEqual(finalized)
      const supported = { name: 'group.version', minVersion: 0, maxVersion: 1 }
      if (version < 4) expect(answer.supportedFeatures).toEqual([])
      else expect(answer.supportedFeatures).toContainEqual(supported)
    }
  })
})
