import { describe, expect, it } from 'vitest'
import { offsetFetch } from '../../../src/protocol/apis/offset-fetch.ts'
import { openMemoryEngine } from '../../../src/storage/memory/memory-engine.ts'
import { startBroker } from '../../support/broker-fixture.ts'
import { GroupClient } from '../../support/group-client.ts'
import { lasting } from '../../support/lasting-engine.ts'

describe('OffsetFetch', () => {
  it('O6: where nothing is committed there is offset -1, no error, also of a group or topic that is not there', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t', { partitions: 2 })
    const group = new GroupClient(broker)
    const nothing = { offset: -1, metadata: '', leaderEpoch: -1, error: 'NONE' }
    expect(await group.committed('t')).toMatchObject([nothing])
    expect(await group.committed('missing')).toMatchObject([nothing])
    expect(await group.committed()).toEqual([])
    await group.commit(4, { partition: 1 })
    expect(await group.committed('t', 0)).toMatchObject([nothing])
    expect(await group.committed()).toMatchObject([{ topic: 't', partition: 1, offset: 4 }])
  })

  it('O6: before version 8 a request asks for one group', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    await new GroupClient(broker).commit(4)
    for (const topics of [null, [{ name: 't', partitionIndexes: [0] }]]) {
      const request = offsetFetch.request.create({ groupId: 'g', topics })
      const answer = await broker.ask(offsetFetch, request, { version: 7 })
      expect(answer).toMatchObject({ errorCode: 0, topics: [{ name: 't', partitions: [{ committedOffset: 4 }] }] })
    }
  })

  it('O10: offsets are there after a restart, and a topic that is created again has none', async () => {
    const storage = lasting(await openMemoryEngine({ maxBytes: 2 ** 22, durability: 'none' }))
    const before = await startBroker({ storage })
    await before.createTopic('t')
    await new GroupClient(before).commit(4, { metadata: 'kept' })
    await before.broker.close()
    await using broker = await startBroker({ storage })
    const group = new GroupClient(broker)
    expect(await group.committed('t')).toMatchObject([{ offset: 4, metadata: 'kept' }])
    await broker.deleteTopic('t')
    await broker.createTopic('t')
    expect(await group.committed('t')).toMatchObject([{ offset: -1 }])
  })
})
