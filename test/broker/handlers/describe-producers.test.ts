import { expect, it } from 'vitest'
import { describeProducers } from '../../../src/protocol/apis/describe-producers.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { startBroker } from '../../support/broker-fixture.ts'
import { batchOf } from '../../support/record-batches.ts'
import { transactionalProducer } from '../../support/transactional-producer.ts'

it('DescribeProducers: tells of each producer of a partition, and of partitions that there are not', async () => {
  await using broker = await startBroker()
  await broker.createTopic('t')
  await broker.produce('t', batchOf(['a', 'b'], { producerId: 900, producerEpoch: 3, baseSequence: 4, timestamp: 70 }))
  const producer = await transactionalProducer(broker, 'x')
  await producer.begin('t', ['c'])
  const request = describeProducers.request.create({
    topics: [
      { name: 't', partitionIndexes: [0, 7] },
      { name: 'missing', partitionIndexes: [0] },
    ],
  })
  const partitions = (await broker.ask(describeProducers, request)).topics.flatMap((topic) => topic.partitions)
  expect(partitions.map(({ errorCode }) => errorName(errorCode))).toEqual([
    'NONE',
    'UNKNOWN_TOPIC_OR_PARTITION',
    'UNKNOWN_TOPIC_OR_PARTITION',
  ])
  expect(partitions[0]!.activeProducers).toMatchObject([
    {
      producerId: 900,
      producerEpoch: 3,
      lastSequence: 5,
      lastTimestamp: 70,
      coordinatorEpoch: -1,
      currentTxnStartOffset: -1,
    },
    { producerId: producer.producerId, producerEpoch: 0, lastSequence: 0, currentTxnStartOffset: 2 },
  ])
})
