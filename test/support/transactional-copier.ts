import { setTimeout as pause } from 'node:timers/promises'
import type { Transport } from '../../src/client/transport.ts'
import { socketTransport } from '../../src/client/transports/socket-transport.ts'
import { addOffsetsToTxn } from '../../src/protocol/apis/add-offsets-to-txn.ts'
import { addPartitionsToTxn } from '../../src/protocol/apis/add-partitions-to-txn.ts'
import { endTxn } from '../../src/protocol/apis/end-txn.ts'
import { fetch } from '../../src/protocol/apis/fetch.ts'
import { initProducerId } from '../../src/protocol/apis/init-producer-id.ts'
import { offsetFetch } from '../../src/protocol/apis/offset-fetch.ts'
import { produce } from '../../src/protocol/apis/produce.ts'
import { txnOffsetCommit } from '../../src/protocol/apis/txn-offset-commit.ts'
import { errorName } from '../../src/protocol/error-codes.ts'
import { zeroUuid } from '../../src/protocol/uuid.ts'
import { fetchRequest, produceRequest } from './broker-requests.ts'
import { batchOf, recordsOf } from './record-batches.ts'

/**
 * A program that copies topic `input` to topic `output` in transactions: reads some records, writes each to the output partition of its
 * number, commits how far it has come with them, and now and then aborts. Begins again from what is committed after whatever goes wrong.
 * Run with the broker's port and the rules to go by: transaction.version 1 or 2. Writes a line for each transaction that it knows to be
 * committed: how far it has come.
 */
const [port, transactionVersion] = process.argv.slice(2).map(Number)
const adds = transactionVersion === 1
const transactionalId = 'copier'
const groupId = 'copiers'
const PARTITIONS = 2
const MOST_RECORDS = 10
const ABORTED_SHARE = 0.2

interface Producer {
  readonly producerId: number
  readonly producerEpoch: number
}

/** Next sequence by partition; those of version 2 begin anew with each transaction. */
type Sequences = Map<number, number>

class Refused extends Error {}

function assertNone(errorCode: number, what: string): void {
  if (errorCode !== 0) throw new Refused(`${what}: ${errorName(errorCode)}`)
}

async function init(transport: Transport): Promise<Producer> {
  const request = initProducerId.request.create({ transactionalId, transactionTimeoutMs: 60_000 })
  for (;;) {
    const { errorCode, producerId, producerEpoch } = await transport.request(initProducerId, request)
    if (errorName(errorCode) !== 'CONCURRENT_TRANSACTIONS') {
      assertNone(errorCode, 'InitProducerId')
      return { producerId, producerEpoch }
    }
  }
}

/** Asked for after the producer has its identity: what a predecessor left open has ended by then. */
async function committedOffset(transport: Transport): Promise<number> {
  const topics = [{ name: 'input', topicId: zeroUuid, partitionIndexes: [0] }]
  const groups = [{ groupId, memberId: null, memberEpoch: -1, topics }]
  const request = offsetFetch.request.create({ groups, requireStable: true })
  const [group] = (await transport.request(offsetFetch, request, { maxVersion: 9 })).groups
  const { errorCode, committedOffset: offset } = group!.topics[0]!.partitions[0]!
  assertNone(errorCode, 'OffsetFetch')
  return Math.max(offset, 0)
}

async function read(transport: Transport, offset: number): Promise<string[]> {
  const request = fetchRequest([{ topic: 'input', offset, maxBytes: 2000 }], { maxWaitMs: 200 })
  const { responses } = await transport.request(fetch, request, { maxVersion: 12 })
  const { errorCode, records } = responses[0]!.partitions[0]!
  assertNone(errorCode, 'Fetch')
  const found = (await recordsOf(records)).filter((record) => record.offset >= offset)
  return found.slice(0, 1 + Math.floor(Math.random() * MOST_RECORDS)).map(({ value }) => value!)
}

async function write(
  transport: Transport,
  producer: Producer,
  values: readonly string[],
  sequences: Sequences,
): Promise<void> {
  const byPartition = Array.from({ length: PARTITIONS }, (_, partition) => ({
    partition,
    values: values.filter((value) => Number(value) % PARTITIONS === partition),
  })).filter((one) => one.values.length > 0)
  if (adds)
    await addPartitions(
      transport,
      producer,
      byPartition.map(({ partition }) => partition),
    )
  const productions = byPartition.map(({ partition, values: own }) => {
    const baseSequence = sequences.get(partition) ?? 0
    const batch = batchOf(own, { ...producer, baseSequence, transactional: true, timestamp: Date.now() })
    return { topic: 'output', partition, records: [batch] }
  })
  const maxVersion = adds ? 11 : 12
  const { responses } = await transport.request(produce, produceRequest(productions, { transactionalId }), {
    maxVersion,
  })
  for (const { partitionResponses } of responses) assertNone(partitionResponses[0]!.errorCode, 'Produce')
  for (const { partition, values: own } of byPartition) {
    sequences.set(partition, (sequences.get(partition) ?? 0) + own.length)
  }
}

async function addPartitions(transport: Transport, producer: Producer, partitions: number[]): Promise<void> {
  const request = addPartitionsToTxn.request.create({
    v3AndBelowTransactionalId: transactionalId,
    v3AndBelowProducerId: producer.producerId,
    v3AndBelowProducerEpoch: producer.producerEpoch,
    v3AndBelowTopics: [{ name: 'output', partitions }],
  })
  const { resultsByTopicV3AndBelow: results } = await transport.request(addPartitionsToTxn, request, { maxVersion: 3 })
  for (const { partitionErrorCode } of results[0]!.resultsByPartition) assertNone(partitionErrorCode, 'AddPartitions')
}

async function commitOffset(transport: Transport, producer: Producer, offset: number): Promise<void> {
  if (adds) {
    const request = addOffsetsToTxn.request.create({ transactionalId, ...producer, groupId })
    assertNone((await transport.request(addOffsetsToTxn, request)).errorCode, 'AddOffsetsToTxn')
  }
  const partition = { partitionIndex: 0, committedOffset: offset, committedLeaderEpoch: -1, committedMetadata: null }
  const topics = [{ name: 'input', partitions: [partition] }]
  const request = txnOffsetCommit.request.create({ transactionalId, groupId, ...producer, topics })
  const answer = await transport.request(txnOffsetCommit, request, { maxVersion: adds ? 4 : 5 })
  assertNone(answer.topics[0]!.partitions[0]!.errorCode, 'TxnOffsetCommit')
}

async function end(transport: Transport, producer: Producer, committed: boolean): Promise<Producer> {
  const request = endTxn.request.create({ transactionalId, ...producer, committed })
  const answer = await transport.request(endTxn, request, { maxVersion: adds ? 4 : 5 })
  assertNone(answer.errorCode, 'EndTxn')
  return adds ? producer : { producerId: answer.producerId, producerEpoch: answer.producerEpoch }
}

async function copy(transport: Transport): Promise<never> {
  let producer = await init(transport)
  let offset = await committedOffset(transport)
  process.stdout.write(`${offset}\n`)
  const sequences: Sequences = new Map()
  for (;;) {
    const values = await read(transport, offset)
    if (values.length === 0) continue
    await write(transport, producer, values, sequences)
    await commitOffset(transport, producer, offset + values.length)
    const commits = Math.random() >= ABORTED_SHARE
    producer = await end(transport, producer, commits)
    if (!adds) sequences.clear()
    if (!commits) continue
    offset += values.length
    process.stdout.write(`${offset}\n`)
  }
}

for (;;) {
  let transport: Transport | undefined
  try {
    transport = await socketTransport({ target: { host: '127.0.0.1', port: port! }, clientId: 'copier' })
    await copy(transport)
  } catch (error) {
    // The broker is gone for a moment. What it refuses is a mistake of one of the two.
    if (error instanceof Refused) throw error
    await transport?.close()
    await pause(20)
  }
}
