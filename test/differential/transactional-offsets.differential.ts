import { describe } from 'vitest'
import { addOffsetsToTxn } from '../../src/protocol/apis/add-offsets-to-txn.ts'
import { deleteGroups } from '../../src/protocol/apis/delete-groups.ts'
import { endTxn } from '../../src/protocol/apis/end-txn.ts'
import { findCoordinator } from '../../src/protocol/apis/find-coordinator.ts'
import { initProducerId } from '../../src/protocol/apis/init-producer-id.ts'
import { offsetCommit } from '../../src/protocol/apis/offset-commit.ts'
import { offsetDelete } from '../../src/protocol/apis/offset-delete.ts'
import { offsetFetch } from '../../src/protocol/apis/offset-fetch.ts'
import { txnOffsetCommit } from '../../src/protocol/apis/txn-offset-commit.ts'
import { zeroUuid } from '../../src/protocol/uuid.ts'
import { type Compared, sameAnswers } from './compared.ts'

const PASSING = [14, 15, 16, 51]
const [GROUP, TRANSACTION] = [0, 1]

/** A producer in whose open transaction offset 7 of partition 0 waits; offset 3 is committed. */
async function withPendingOffset(broker: Compared, name: string) {
  const [id, groupId, topic] = [`${name}-${broker.run}`, `${name}-g-${broker.run}`, await broker.topic(name)]
  for (const [key, keyType] of [
    [groupId, GROUP],
    [id, TRANSACTION],
  ] as const) {
    await broker.askUntil(findCoordinator, 2, { key, keyType }, ({ errorCode }) => errorCode === 0)
  }
  const { producerId, producerEpoch } = await broker.askUntil(
    initProducerId,
    4,
    { transactionalId: id, transactionTimeoutMs: 60_000 },
    ({ errorCode }) => !PASSING.includes(errorCode),
  )
  const producer = { transactionalId: id, producerId, producerEpoch }
  const place = { partitionIndex: 0, committedLeaderEpoch: -1, committedMetadata: '' }
  await broker.askUntil(
    offsetCommit,
    8,
    { groupId, topics: [{ name: topic, topicId: zeroUuid, partitions: [{ ...place, committedOffset: 3 }] }] },
    ({ topics }) => !PASSING.includes(topics[0]!.partitions[0]!.errorCode),
  )
  await broker.ask(addOffsetsToTxn, 3, { ...producer, groupId })
  await broker.askUntil(
    txnOffsetCommit,
    3,
    { ...producer, groupId, topics: [{ name: topic, partitions: [{ ...place, committedOffset: 7 }] }] },
    ({ topics }) => !PASSING.includes(topics[0]!.partitions[0]!.errorCode),
  )
  const offset = async (requireStable = false) => {
    const topics = [{ name: topic, topicId: zeroUuid, partitionIndexes: [0] }]
    const groups = [{ groupId, memberId: null, memberEpoch: -1, topics }]
    await broker.ask(offsetFetch, 9, { groups, requireStable })
  }
  const commit = async () => {
    await broker.askUntil(endTxn, 3, { ...producer, committed: true }, ({ errorCode }) => !PASSING.includes(errorCode))
    // Kafka's markers follow the answer.
    await broker.askUntil(
      offsetFetch,
      9,
      {
        groups: [
          {
            groupId,
            memberId: null,
            memberEpoch: -1,
            topics: [{ name: topic, topicId: zeroUuid, partitionIndexes: [0] }],
          },
        ],
        requireStable: true,
      },
      ({ groups }) => groups[0]?.topics[0]?.partitions[0]?.errorCode !== 88,
    )
  }
  return { groupId, topic, offset, commit }
}

describe('offsets that wait in a transaction', () => {
  sameAnswers('count when it is committed', async (broker) => {
    const { offset, commit } = await withPendingOffset(broker, 'to-end')
    await offset()
    await offset(true)
    await commit()
  })

  sameAnswers('go with their group', async (broker) => {
    const { groupId, offset, commit } = await withPendingOffset(broker, 'to-delete')
    await broker.ask(deleteGroups, 2, { groupsNames: [groupId] })
    await offset()
    await offset(true)
    await commit()
  })

  sameAnswers('and those that are deleted one by one', async (broker) => {
    const { groupId, topic, offset, commit } = await withPendingOffset(broker, 'to-forget')
    await broker.ask(offsetDelete, 0, { groupId, topics: [{ name: topic, partitions: [{ partitionIndex: 0 }] }] })
    await offset()
    await offset(true)
    await commit()
  })
})
