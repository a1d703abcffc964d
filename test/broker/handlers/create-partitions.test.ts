import { describe, expect, it } from 'vitest'
import type { RequestOf } from '../../../src/protocol/api.ts'
import { createPartitions } from '../../../src/protocol/apis/create-partitions.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { type BrokerFixture, startBroker } from '../../support/broker-fixture.ts'
import { batchOf } from '../../support/record-batches.ts'

type Asked = RequestOf<typeof createPartitions>['topics'][number]

async function grow(broker: BrokerFixture, topics: readonly Asked[], validateOnly = false) {
  const request = createPartitions.request.create({ topics, validateOnly })
  return (await broker.ask(createPartitions, request)).results.map(({ errorCode }) => errorName(errorCode))
}

describe('CreatePartitions', () => {
  it('A4: adds partitions and leaves what is there', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    await broker.produce('t', batchOf(['kept']))
    expect(await grow(broker, [{ name: 't', count: 3, assignments: null }])).toEqual(['NONE'])
    expect((await broker.records('t')).map(({ value }) => value)).toEqual(['kept'])
    expect(await broker.produce('t', batchOf(['new']), { partition: 2 })).toMatchObject({ error: 'NONE' })
  })

  it('A4: refuses no more than there are, what is unknown, and assignments that do not fit', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t', { partitions: 2 })
    const assigned = (...brokerIds: number[][]) => brokerIds.map((ids) => ({ brokerIds: ids }))
    const refused = async (count: number, assignments: Asked['assignments'] = null) =>
      (await grow(broker, [{ name: 't', count, assignments }]))[0]
    expect(await refused(2)).toBe('INVALID_PARTITIONS')
    expect(await refused(1)).toBe('INVALID_PARTITIONS')
    expect(await refused(20_000)).toBe('INVALID_PARTITIONS')
    expect(await refused(3, assigned([1], [1]))).toBe('INVALID_REPLICA_ASSIGNMENT')
    expect(await refused(3, assigned([2]))).toBe('INVALID_REPLICA_ASSIGNMENT')
    expect(await refused(3, assigned([1]))).toBe('NONE')
    expect(await grow(broker, [{ name: 'missing', count: 3, assignments: null }])).toEqual([
      'UNKNOWN_TOPIC_OR_PARTITION',
    ])
  })

  it('refuses a topic that is named twice, once', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const twice = [2, 3].map((count) => ({ name: 't', count, assignments: null }))
    expect(await grow(broker, twice)).toEqual(['INVALID_REQUEST'])
  })

  it('validating changes nothing', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    expect(await grow(broker, [{ name: 't', count: 2, assignments: null }], true)).toEqual(['NONE'])
    expect(await broker.fetch('t', 0, { partition: 1 })).toMatchObject({ error: 'UNKNOWN_TOPIC_OR_PARTITION' })
  })
})
