import { expect, it } from 'vitest'
import { offsetForLeaderEpoch } from '../../../src/protocol/apis/offset-for-leader-epoch.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { startBroker } from '../../support/broker-fixture.ts'
import { batchOf } from '../../support/record-batches.ts'

it('F12: the one epoch ends where the log does; any other is unknown, which is no error', async () => {
  await using broker = await startBroker()
  await broker.createTopic('t')
  await broker.produce('t', batchOf(['a', 'b']))
  const ask = async (leaderEpoch: number, { currentLeaderEpoch = -1, partition = 0 } = {}) => {
    const request = offsetForLeaderEpoch.request.create({
      topics: [{ topic: 't', partitions: [{ partition, currentLeaderEpoch, leaderEpoch }] }],
    })
    const { errorCode, ...answer } = (await broker.ask(offsetForLeaderEpoch, request)).topics[0]!.partitions[0]!
    return { error: errorName(errorCode), ...answer }
  }
  expect(await ask(0)).toEqual({ error: 'NONE', partition: 0, leaderEpoch: 0, endOffset: 2 })
  expect(await ask(0, { currentLeaderEpoch: 0 })).toMatchObject({ error: 'NONE', endOffset: 2 })
  const unknown = { leaderEpoch: -1, endOffset: -1 }
  for (const epoch of [-1, 1]) expect(await ask(epoch)).toMatchObject({ error: 'NONE', ...unknown })
  expect(await ask(0, { currentLeaderEpoch: 1 })).toMatchObject({ error: 'UNKNOWN_LEADER_EPOCH', ...unknown })
  expect(await ask(0, { currentLeaderEpoch: -2 })).toMatchObject({ error: 'FENCED_LEADER_EPOCH', ...unknown })
  expect(await ask(0, { partition: 3 })).toMatchObject({ error: 'UNKNOWN_TOPIC_OR_PARTITION', ...unknown })
})
