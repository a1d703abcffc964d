import { describe } from 'vitest'
import { addPartitionsToTxn } from '../../src/protocol/apis/add-partitions-to-txn.ts'
import { describeProducers } from '../../src/protocol/apis/describe-producers.ts'
import { describeTransactions } from '../../src/protocol/apis/describe-transactions.ts'
import { endTxn } from '../../src/protocol/apis/end-txn.ts'
import { fetch } from '../../src/protocol/apis/fetch.ts'
import { findCoordinator } from '../../src/protocol/apis/find-coordinator.ts'
import { initProducerId } from '../../src/protocol/apis/init-producer-id.ts'
import { listOffsets } from '../../src/protocol/apis/list-offsets.ts'
import { listTransactions } from '../../src/protocol/apis/list-transactions.ts'
import { produce } from '../../src/protocol/apis/produce.ts'
import { readBatchHeader, splitBatches } from '../../src/records/header.ts'
import { fetchRequest, listOffsetsRequest, produceRequest } from '../support/broker-requests.ts'
import { batchOf } from '../support/record-batches.ts'
import { type Compared, sameAnswers } from './compared.ts'

const CONCURRENT_TRANSACTIONS = 51
const READ_COMMITTED = 1
const TRANSACTION = 1

interface Identity {
  readonly producerId: number
  readonly producerEpoch: number
}

/** Kafka makes its log of transactions when somebody first looks for who leads it. */
async function coordinate(broker: Compared): Promise<void> {
  await broker.askUntil(findCoordinator, 2, { key: 'any', keyType: TRANSACTION }, ({ errorCode }) => errorCode === 0)
}

async function init(broker: Compared, transactionalId: string, more: Partial<Identity> = {}): Promise<Identity> {
  return await broker.askUntil(
    initProducerId,
    4,
    { transactionalId, transactionTimeoutMs: 60_000, ...more },
    ({ errorCode }) => errorCode !== CONCURRENT_TRANSACTIONS && ![14, 15, 16].includes(errorCode),
  )
}

async function add(broker: Compared, transactionalId: string, by: Identity, topic: string, version = 3): Promise<void> {
  await broker.askUntil(
    addPartitionsToTxn,
    version,
    {
      v3AndBelowTransactionalId: transactionalId,
      v3AndBelowProducerId: by.producerId,
      v3AndBelowProducerEpoch: by.producerEpoch,
      v3AndBelowTopics: [{ name: topic, partitions: [0] }],
    },
    ({ resultsByTopicV3AndBelow }) =>
      resultsByTopicV3AndBelow[0]?.resultsByPartition[0]?.partitionErrorCode !== CONCURRENT_TRANSACTIONS,
  )
}

async function end(broker: Compared, transactionalId: string, by: Identity, committed: boolean, version = 3) {
  const { producerId, producerEpoch } = by
  await broker.askUntil(
    endTxn,
    version,
    { transactionalId, producerId, producerEpoch, committed },
    ({ errorCode }) => errorCode !== CONCURRENT_TRANSACTIONS,
  )
}

async function send(broker: Compared, transactionalId: string, by: Identity, topic: string, baseSequence: number) {
  const records = [batchOf([`${baseSequence}`], { ...by, baseSequence, transactional: true })]
  await broker.ask(produce, 9, produceRequest([{ topic, records }], { transactionalId }))
}

/** What a reader of what is committed gets in all, once the last stable offset is where it is to be. */
async function committedUpTo(broker: Compared, topic: string, stable: number): Promise<void> {
  const endFor = async (isolationLevel: number) => {
    const asked = { ...listOffsetsRequest([{ topic, timestamp: -1 }]), isolationLevel }
    return (await broker.tell(listOffsets, 5, asked)).topics[0]!.partitions[0]!.offset
  }
  for (let attempt = 0; attempt < 500 && (await endFor(READ_COMMITTED)) < stable; attempt++);
  const aborted = new Set<number>()
  let bytes = 0
  let offset = 0
  while (offset < stable) {
    const request = { ...fetchRequest([{ topic, offset }]), isolationLevel: READ_COMMITTED }
    const [partition] = (await broker.tell(fetch, 11, request)).responses[0]!.partitions
    for (const { firstOffset } of partition!.abortedTransactions ?? []) aborted.add(firstOffset)
    for (const batch of splitBatches(Buffer.concat(partition!.records ?? []))) {
      bytes += batch.length
      offset = Math.max(offset, readBatchHeader(batch).baseOffset + readBatchHeader(batch).lastOffsetDelta + 1)
    }
  }
  broker.note('committed', { aborted: [...aborted], bytes, end: await endFor(0), stable: await endFor(READ_COMMITTED) })
}

describe('transactions', () => {
  sameAnswers('commit and abort', async (broker) => {
    await coordinate(broker)
    const id = `tx-ends-${broker.run}`
    const topic = await broker.topic('tx-ends')
    const by = await init(broker, id)
    await add(broker, id, by, topic)
    await send(broker, id, by, topic, 0)
    await committedUpTo(broker, topic, 0)
    await end(broker, id, by, true)
    await committedUpTo(broker, topic, 2)
    await add(broker, id, by, topic)
    await send(broker, id, by, topic, 1)
    await end(broker, id, by, false)
    await committedUpTo(broker, topic, 4)
    await end(broker, id, by, false)
    await end(broker, id, by, true)
    const again = await init(broker, id)
    await end(broker, id, again, true)
    await end(broker, id, again, false)
  })

  sameAnswers('who is fenced, and what is out of order', async (broker) => {
    await coordinate(broker)
    const id = `tx-fenced-${broker.run}`
    const topic = await broker.topic('tx-fenced')
    const old = await init(broker, id)
    await add(broker, id, old, topic)
    await send(broker, id, old, topic, 0)
    const next = await init(broker, id)
    for (const version of [1, 2, 3]) await add(broker, id, old, topic, version)
    for (const version of [1, 2, 3]) await end(broker, id, old, true, version)
    await send(broker, id, old, topic, 1)
    await send(broker, id, next, topic, 0)
    await add(broker, id, next, `missing-${broker.run}`)
    await add(broker, id, { ...next, producerId: next.producerId + 999 }, topic)
    await add(broker, `nobody-${broker.run}`, next, topic)
    await end(broker, `nobody-${broker.run}`, next, true)
    await init(broker, id, { producerId: next.producerId, producerEpoch: next.producerEpoch })
    await init(broker, id, { producerId: next.producerId, producerEpoch: 0 })
    await init(broker, id, { producerId: next.producerId + 999, producerEpoch: 0 })
    await broker.ask(initProducerId, 4, { transactionalId: '', transactionTimeoutMs: 60_000 })
    await broker.ask(initProducerId, 4, { transactionalId: id, transactionTimeoutMs: 0 })
    await broker.ask(initProducerId, 4, { transactionalId: id, transactionTimeoutMs: 2 ** 30 })
    await broker.ask(initProducerId, 4, {
      transactionalId: null,
      transactionTimeoutMs: 60_000,
      producerId: 5,
      producerEpoch: 1,
    })
  })

  sameAnswers('what is told of them', async (broker) => {
    await coordinate(broker)
    const id = `tx-told-${broker.run}`
    const topic = await broker.topic('tx-told')
    const by = await init(broker, id)
    await broker.ask(describeTransactions, 0, { transactionalIds: [id, `nobody-${broker.run}`] })
    await add(broker, id, by, topic)
    await send(broker, id, by, topic, 0)
    await broker.ask(describeTransactions, 0, { transactionalIds: [id] })
    for (const transactionalIdPattern of [id, `tx-t..d-${broker.run}`, `told-${broker.run}`, '(']) {
      await broker.ask(listTransactions, 2, { transactionalIdPattern })
    }
    await broker.ask(describeProducers, 0, {
      topics: [
        { name: topic, partitionIndexes: [0, 5] },
        { name: `missing-${broker.run}`, partitionIndexes: [0] },
      ],
    })
    await end(broker, id, by, true)
  })
})
