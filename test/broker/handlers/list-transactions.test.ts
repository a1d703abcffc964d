import { expect, it } from 'vitest'
import { listTransactions } from '../../../src/protocol/apis/list-transactions.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { type BrokerFixture, startBroker } from '../../support/broker-fixture.ts'
import { transactionalProducer } from '../../support/transactional-producer.ts'

interface Filters {
  readonly stateFilters?: readonly string[]
  readonly producerIdFilters?: readonly number[]
  readonly durationFilter?: number
  readonly transactionalIdPattern?: string
}

async function list(broker: BrokerFixture, filters: Filters = {}) {
  const { transactionStates, unknownStateFilters, errorCode } = await broker.ask(
    listTransactions,
    listTransactions.request.create(filters),
  )
  if (errorCode !== 0) throw new Error(errorName(errorCode))
  return { ids: transactionStates.map(({ transactionalId }) => transactionalId).sort(), unknownStateFilters }
}

it('ListTransactions: lets through what the filters name, and tells of states that there are not', async () => {
  await using broker = await startBroker()
  await broker.createTopic('t')
  const { producerId } = await transactionalProducer(broker, 'empty')
  await (await transactionalProducer(broker, 'done')).run('t', ['a'], 'commit')
  await (await transactionalProducer(broker, 'open')).begin('t', ['b'])
  expect(await list(broker)).toEqual({ ids: ['done', 'empty', 'open'], unknownStateFilters: [] })
  expect(await list(broker, { stateFilters: ['Ongoing', 'CompleteCommit'] })).toMatchObject({ ids: ['done', 'open'] })
  expect(await list(broker, { stateFilters: ['Odd'] })).toEqual({ ids: [], unknownStateFilters: ['Odd'] })
  expect(await list(broker, { stateFilters: ['Dead'] })).toEqual({ ids: [], unknownStateFilters: [] })
  expect(await list(broker, { producerIdFilters: [producerId] })).toMatchObject({ ids: ['empty'] })
  broker.clock.advance(5000)
  expect(await list(broker, { durationFilter: 5000, stateFilters: ['Ongoing'] })).toMatchObject({ ids: [] })
  expect(await list(broker, { durationFilter: 4999, stateFilters: ['Ongoing'] })).toMatchObject({ ids: ['open'] })
})

it('ListTransactions: a pattern is one for whole ids', async () => {
  await using broker = await startBroker()
  for (const id of ['copy-1', 'copy-12', 'my-copy-1', 'café']) await transactionalProducer(broker, id)
  const matching = (transactionalIdPattern: string) => list(broker, { transactionalIdPattern })
  expect(await matching('copy-\\d')).toMatchObject({ ids: ['copy-1'] })
  expect(await matching('.*copy-1|caf.')).toMatchObject({ ids: ['café', 'copy-1', 'my-copy-1'] })
  expect((await matching('')).ids).toHaveLength(4)
  await expect(matching('(')).rejects.toThrow('INVALID_REGULAR_EXPRESSION')
  await expect(matching('a'.repeat(5000))).rejects.toThrow('INVALID_REGULAR_EXPRESSION')
})
