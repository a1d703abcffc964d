import { describe, expect, it } from 'vitest'
import { openMemoryEngine } from '../../../src/storage/memory/memory-engine.ts'
import { startBroker } from '../../support/broker-fixture.ts'
import { FaultyEngine } from '../../support/faulty-engine.ts'
import { firstRoundMs, GroupClient } from '../../support/group-client.ts'
import { quiet } from '../../support/pending.ts'

async function startWithTopic() {
  const broker = await startBroker()
  await broker.createTopic('t', { partitions: 2 })
  return { broker, group: new GroupClient(broker) }
}

describe('OffsetCommit', () => {
  it('O1: a member commits in its generation; another generation or a stranger may not', async () => {
    const { broker, group } = await startWithTopic()
    await using _ = broker
    const [member] = await group.form(1)
    const { memberId, generationId } = member!
    expect(await group.commit(5, { member: member! })).toBe('NONE')
    expect(await group.commit(6, { member: { memberId, generationId: generationId + 1 } })).toBe('ILLEGAL_GENERATION')
    expect(await group.commit(6, { member: { memberId: 'stranger', generationId } })).toBe('UNKNOWN_MEMBER_ID')
    expect(await group.committed('t')).toMatchObject([{ offset: 5 }])
  })

  it('O1: between join and sync nobody commits', async () => {
    const { broker, group } = await startWithTopic()
    await using _ = broker
    const joining = group.joinNew()
    await quiet()
    broker.clock.advance(firstRoundMs)
    expect(await group.commit(1, { member: await joining })).toBe('REBALANCE_IN_PROGRESS')
  })

  it('O2: without a generation anybody commits, as long as there are no members', async () => {
    const { broker, group } = await startWithTopic()
    await using _ = broker
    expect(await group.commit(3)).toBe('NONE')
    expect(await group.state()).toBe('Empty')
    await group.form(1)
    expect(await group.commit(4)).toBe('UNKNOWN_MEMBER_ID')
  })

  it('O3: a generation of a group that is not there is told by version', async () => {
    const { broker, group } = await startWithTopic()
    await using _ = broker
    const member = { memberId: 'm', generationId: 0 }
    expect(await group.commit(1, { member, version: 8 })).toBe('ILLEGAL_GENERATION')
    expect(await group.commit(1, { member, version: 9 })).toBe('GROUP_ID_NOT_FOUND')
  })

  it('O4: metadata has a bound, partitions must be there, and any offset will do', async () => {
    const { broker, group } = await startWithTopic()
    await using _ = broker
    expect(await group.commit(1, { metadata: 'x'.repeat(4097) })).toBe('OFFSET_METADATA_TOO_LARGE')
    expect(await group.commit(1, { topic: 'missing' })).toBe('UNKNOWN_TOPIC_OR_PARTITION')
    expect(await group.commit(1, { partition: 2 })).toBe('UNKNOWN_TOPIC_OR_PARTITION')
    expect(await group.commit(2 ** 50, { metadata: 'x'.repeat(4096) })).toBe('NONE')
  })

  it('O5: metadata and leader epoch come back', async () => {
    const { broker, group } = await startWithTopic()
    await using _ = broker
    await group.commit(7, { metadata: 'mine', leaderEpoch: 3, partition: 1 })
    expect(await group.committed('t', 1)).toMatchObject([{ offset: 7, metadata: 'mine', leaderEpoch: 3 }])
  })

  it('an offset that the disk did not keep is not seen', async () => {
    const disk = new FaultyEngine(await openMemoryEngine({ maxBytes: 2 ** 22, durability: 'none' }))
    await using broker = await startBroker({ storage: disk })
    await broker.createTopic('t')
    const group = new GroupClient(broker)
    await group.commit(1)
    disk.failCommits()
    expect(await group.commit(2)).toBe('KAFKA_STORAGE_ERROR')
    expect(await group.committed('t')).toMatchObject([{ offset: 1 }])
    expect(await group.commit(3)).toBe('NONE')
    expect(await group.committed('t')).toMatchObject([{ offset: 3 }])
  })
})
