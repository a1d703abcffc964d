import { expect, it } from 'vitest'
import { describeLogDirs } from '../../../src/protocol/apis/describe-log-dirs.ts'
import { startBroker } from '../../support/broker-fixture.ts'
import { batchOf } from '../../support/record-batches.ts'

it('DescribeLogDirs: tells how much each partition has in the one directory, and leaves out what there is not', async () => {
  await using broker = await startBroker({ dataDirectory: '/somewhere' })
  await broker.createTopic('t', { partitions: 2 })
  await broker.createTopic('empty')
  const batch = batchOf(['a', 'b'])
  await broker.produce('t', batch, { partition: 1 })
  const ask = async (topics: ReadonlyArray<{ topic: string; partitions: readonly number[] }> | null) =>
    (await broker.ask(describeLogDirs, describeLogDirs.request.create({ topics }))).results
  const partition = (partitionIndex: number, partitionSize: number) => ({
    partitionIndex,
    partitionSize,
    offsetLag: 0,
    isFutureKey: false,
  })
  expect(await ask(null)).toEqual([
    {
      errorCode: 0,
      logDir: '/somewhere',
      topics: [
        { name: 'empty', partitions: [partition(0, 0)] },
        { name: 't', partitions: [partition(0, 0), partition(1, batch.length)] },
      ],
      totalBytes: -1,
      usableBytes: -1,
      isCordoned: false,
    },
  ])
  const some = await ask([
    { topic: 't', partitions: [1, 9] },
    { topic: 'missing', partitions: [0] },
  ])
  expect(some[0]!.topics).toEqual([{ name: 't', partitions: [partition(1, batch.length)] }])
  expect((await ask([]))[0]!.topics).toEqual([])
})
