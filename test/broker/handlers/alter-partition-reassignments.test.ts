import { expect, it } from 'vitest'
import { alterPartitionReassignments } from '../../../src/protocol/apis/alter-partition-reassignments.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { startBroker } from '../../support/broker-fixture.ts'

it('X3: AlterPartitionReassignments grants that a partition is where it is, and nothing else', async () => {
  await using broker = await startBroker()
  await broker.createTopic('t')
  const move = async (partitionIndex: number, replicas: readonly number[] | null, name = 't') => {
    const request = alterPartitionReassignments.request.create({
      topics: [{ name, partitions: [{ partitionIndex, replicas }] }],
    })
    const { responses, errorCode } = await broker.ask(alterPartitionReassignments, request)
    expect(errorCode).toBe(0)
    return errorName(responses[0]!.partitions[0]!.errorCode)
  }
  expect(await move(0, [broker.broker.nodeId])).toBe('NONE')
  expect(await move(0, [broker.broker.nodeId, 7])).toBe('INVALID_REPLICA_ASSIGNMENT')
  expect(await move(0, [])).toBe('INVALID_REPLICA_ASSIGNMENT')
  expect(await move(0, null)).toBe('NO_REASSIGNMENT_IN_PROGRESS')
  expect(await move(1, null)).toBe('UNKNOWN_TOPIC_OR_PARTITION')
  expect(await move(0, [1], 'missing')).toBe('UNKNOWN_TOPIC_OR_PARTITION')
})
