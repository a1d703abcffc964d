import { expect, it } from 'vitest'
import { electLeaders } from '../../../src/protocol/apis/elect-leaders.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { startBroker } from '../../support/broker-fixture.ts'

it('X3: ElectLeaders elects nobody, and says so for each partition that is named', async () => {
  await using broker = await startBroker()
  await broker.createTopic('t')
  const topicPartitions = [
    { topic: 't', partitions: [0, 4] },
    { topic: 'missing', partitions: [0] },
  ]
  for (const electionType of [0, 1]) {
    const answer = await broker.ask(electLeaders, electLeaders.request.create({ electionType, topicPartitions }))
    expect(answer.errorCode).toBe(0)
    const errors = answer.replicaElectionResults.flatMap(({ partitionResult }) =>
      partitionResult.map(({ errorCode }) => errorName(errorCode)),
    )
    expect(errors).toEqual(['ELECTION_NOT_NEEDED', 'UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_OR_PARTITION'])
  }
  const all = await broker.ask(electLeaders, electLeaders.request.create({ topicPartitions: null }))
  expect(all).toMatchObject({ errorCode: 0, replicaElectionResults: [{ topic: 't', partitionResult: [] }] })
  const odd = await broker.ask(electLeaders, electLeaders.request.create({ electionType: 2, topicPartitions }))
  expect(errorName(odd.errorCode)).toBe('INVALID_REQUEST')
})
