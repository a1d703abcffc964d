import { expect, it } from 'vitest'
import { listTransactions } from '../../../src/protocol/apis/list-transactions.ts'
import { type BrokerFixture, startBroker } from '../../support/broker-fixture.ts'
import { transactionalProducer } from '../../support/transactional-producer.ts'

interface Filters {
  readonly stateFilters?: readonly string[]
  readonly producerIdFilters?: readonly number[]
  readonly durationFilter?: number
}

async function list(broker: BrokerFixture, filters: Filters = {}) {
  const { transactionStates, unknownStateFilters } = await broker.ask(
    listTransactions,
    listTransactions.request.create(filters),
  )
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
