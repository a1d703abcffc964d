import { describe, expect, it } from 'vitest'
import { deleteGroups } from '../../../src/protocol/apis/delete-groups.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { openMemoryEngine } from '../../../src/storage/memory/memory-engine.ts'
import { type BrokerFixture, startBroker } from '../../support/broker-fixture.ts'
import { FaultyEngine } from '../../support/faulty-engine.ts'
import { GroupClient } from '../../support/group-client.ts'
import { quiet } from '../../support/pending.ts'

async function remove(broker: BrokerFixture, ...groupsNames: string[]): Promise<string[]> {
  const { results } = await broker.ask(deleteGroups, deleteGroups.request.create({ groupsNames }))
  return results.map(({ errorCode }) => errorName(errorCode))
}

describe('DeleteGroups', () => {
  it('G19: deletes a group without members and its offsets; others have an error each', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const empty = new GroupClient(broker, 'empty')
    await empty.commit(1)
    await new GroupClient(broker, 'running').form(1)
    expect(await remove(broker, 'empty', 'running', 'unknown', '')).toEqual([
      'NONE',
      'NON_EMPTY_GROUP',
      'GROUP_ID_NOT_FOUND',
      'GROUP_ID_NOT_FOUND',
    ])
    expect(await empty.state()).toBe('Dead')
    expect(await empty.committed()).toEqual([])
    expect(await broker.storage.entries('offset/')).toEqual([])
    expect(await new GroupClient(broker, 'running').state()).toBe('Stable')
  })

  it('takes offsets with it whose commit is under way, and none that come later', async () => {
    const storage = new FaultyEngine(await openMemoryEngine({ maxBytes: 2 ** 20, durability: 'none' }))
    await using broker = await startBroker({ storage })
    await broker.createTopic('t', { partitions: 3 })
    const group = new GroupClient(broker)
    await group.commit(1)
    storage.stall()
    const early = group.commit(2, { partition: 1 })
    await quiet()
    const removal = remove(broker, 'g')
    await quiet()
    const late = group.commit(3, { partition: 2 })
    storage.release()
    expect(await Promise.all([early, removal, late])).toEqual(['NONE', ['NONE'], 'NONE'])
    expect(await group.committed()).toMatchObject([{ partition: 2, offset: 3 }])
    expect(await storage.entries('offset/')).toHaveLength(1)
  })

  it('a deletion that the store did not keep leaves the group and its offsets', async () => {
    const storage = new FaultyEngine(await openMemoryEngine({ maxBytes: 2 ** 20, durability: 'none' }))
    await using broker = await startBroker({ storage })
    await broker.createTopic('t', { partitions: 2 })
    const group = new GroupClient(broker)
    await group.commit(1)
    storage.failCommits()
    expect(await remove(broker, 'g')).toEqual(['KAFKA_STORAGE_ERROR'])
    expect(await group.state()).toBe('Empty')
    expect(await group.committed()).toMatchObject([{ partition: 0, offset: 1 }])
    storage.stall()
    storage.failCommits()
    const removal = remove(broker, 'g')
    await quiet()
    const successor = group.commit(2, { partition: 1 })
    storage.release()
    expect(await Promise.all([removal, successor])).toEqual([['KAFKA_STORAGE_ERROR'], 'NONE'])
    expect(await group.committed()).toMatchObject([
      { partition: 0, offset: 1 },
      { partition: 1, offset: 2 },
    ])
  })
})
