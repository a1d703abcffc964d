import { expect, it } from 'vitest'
import { listPartitionReassignments } from '../../../src/protocol/apis/list-partition-reassignments.ts'
import { startBroker } from '../../support/broker-fixture.ts'

it('X3: ListPartitionReassignments: nothing is ever being moved', async () => {
  await using broker = await startBroker()
  await broker.createTopic('t')
  for (const topics of [null, [{ name: 't', partitionIndexes: [0] }]]) {
    const answer = await broker.ask(listPartitionReassignments, listPartitionReassignments.request.create({ topics }))
    expect(answer).toMatchObject({ errorCode: 0, errorMessage: null, topics: [] })
  }
})
