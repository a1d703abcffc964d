import { describe, expect, it } from 'vitest'
import type { StorageEngine } from '../../../src/core/storage-engine.ts'
import { deleteGroups } from '../../../src/protocol/apis/delete-groups.ts'
import { offsetDelete } from '../../../src/protocol/apis/offset-delete.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { openMemoryEngine } from '../../../src/storage/memory/memory-engine.ts'
import { openSqliteEngine } from '../../../src/storage/sqlite/sqlite-engine.ts'
import { type BrokerFixture, startBroker } from '../../support/broker-fixture.ts'
import { FaultyEngine } from '../../support/faulty-engine.ts'
import { GroupClient } from '../../support/group-client.ts'
import { quiet } from '../../support/pending.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { transactionalProducer } from '../../support/transactional-producer.ts'

async function removeGroup(broker: BrokerFixture): Promise<string> {
  const { results } = await broker.ask(deleteGroups, deleteGroups.request.create({ groupsNames: ['g'] }))
  return errorName(results[0]!.errorCode)
}

/** Forgets what group `g` has committed in partition 0 of `t`. */
async function removeOffset(broker: BrokerFixture): Promise<string> {
  const topics = [{ name: 't', partitions: [{ partitionIndex: 0 }] }]
  const answer = await broker.ask(offsetDelete, offsetDelete.request.create({ groupId: 'g', topics }))
  return errorName(answer.errorCode === 0 ? answer.topics[0]!.partitions[0]!.errorCode : answer.errorCode)
}

/** In an open transaction offset 7 of partition 0 and 8 of partition 1 of `t` wait; 3 is committed in partition 0. */
async function begin(storage: StorageEngine) {
  const broker = await startBroker({ storage })
  await broker.createTopic('t', { partitions: 2 })
  await new GroupClient(broker).commit(3)
  const producer = await transactionalProducer(broker, 'x')
  await producer.addOffsets('g')
  await producer.commitOffset('g', 7)
  await producer.commitOffset('g', 8, { partition: 1 })
  return { broker, producer }
}

async function offsetsOf(broker: BrokerFixture): Promise<string[]> {
  return (await new GroupClient(broker).committed()).map(({ partition, offset }) => `${partition}:${offset}`)
}

describe.each([
  ['sqlite', (path: string) => openSqliteEngine({ path, durability: 'none' })],
  ['memory', (path: string) => openMemoryEngine({ path, maxBytes: 2 ** 24, durability: 'none' })],
] as const)('offsets that are deleted while they wait in a transaction, on the %s engine', (_, open) => {
  it.each([
    ['with their group', removeGroup, []],
    ['one by one', removeOffset, ['1:8']],
  ] as const)('do not come back with its end, also after a restart: %s', async (__, remove, left) => {
    const path = temporaryDirectory()
    const { broker, producer } = await begin(await open(path))
    expect(await remove(broker)).toBe('NONE')
    await broker.broker.close()
    await using next = await startBroker({ storage: await open(path) })
    producer.moveTo(next)
    expect(await offsetsOf(next)).toEqual([])
    expect(await producer.end('commit')).toBe('NONE')
    expect(await offsetsOf(next)).toEqual(left)
  })
})

describe('offsets that wait in a transaction', () => {
  const onFaultyDisk = async () => {
    const disk = new FaultyEngine(await openMemoryEngine({ maxBytes: 2 ** 24, durability: 'none' }))
    return { disk, ...(await begin(disk)) }
  }

  it.each([
    ['with their group', removeGroup],
    ['one by one', removeOffset],
  ] as const)('count as before when their deletion was not kept: %s', async (_, remove) => {
    const { broker, producer, disk } = await onFaultyDisk()
    await using __ = broker
    disk.failCommits()
    expect(await remove(broker)).toBe('KAFKA_STORAGE_ERROR')
    expect(await offsetsOf(broker)).toEqual(['0:3'])
    expect(await producer.end('commit')).toBe('NONE')
    expect(await offsetsOf(broker)).toEqual(['0:7', '1:8'])
  })

  it('go when their group is deleted while the transaction is being committed', async () => {
    const { broker, producer, disk } = await onFaultyDisk()
    await using _ = broker
    disk.stall()
    const ending = producer.end('commit')
    await quiet()
    const removal = removeGroup(broker)
    disk.release()
    expect(await Promise.all([ending, removal])).toEqual(['NONE', 'NONE'])
    expect(await offsetsOf(broker)).toEqual([])
    expect(await broker.storage.entries('offset/')).toEqual([])
    expect(await producer.addOffsets('g')).toBe('NONE')
    expect(await producer.end('commit')).toBe('NONE')
    expect(await offsetsOf(broker)).toEqual([])
  })

  it('of a group that is there again are those that came after its deletion', async () => {
    const { broker, producer } = await onFaultyDisk()
    await using _ = broker
    expect(await removeGroup(broker)).toBe('NONE')
    expect(await producer.addOffsets('g')).toBe('NONE')
    expect(await producer.commitOffset('g', 9, { partition: 1 })).toBe('NONE')
    expect(await producer.end('commit')).toBe('NONE')
    expect(await offsetsOf(broker)).toEqual(['1:9'])
  })
})
