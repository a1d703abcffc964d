import { expect, it } from 'vitest'
import { listConfigResources } from '../../../src/protocol/apis/list-config-resources.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { startBroker } from '../../support/broker-fixture.ts'

it('ListConfigResources: topics and the broker have configs; of other types there is nothing', async () => {
  await using broker = await startBroker()
  await broker.createTopic('b')
  await broker.createTopic('a')
  const list = async (resourceTypes: readonly number[], version = 1) =>
    broker.ask(listConfigResources, listConfigResources.request.create({ resourceTypes }), { version })
  const topics = ['a', 'b'].map((resourceName) => ({ resourceName, resourceType: 2 }))
  const itself = { resourceName: String(broker.broker.nodeId), resourceType: 4 }
  expect((await list([])).configResources).toEqual([...topics, itself])
  expect((await list([2, 2])).configResources).toEqual(topics)
  expect((await list([4])).configResources).toEqual([itself])
  expect(await list([8, 16, 32])).toMatchObject({ errorCode: 0, configResources: [] })
  expect(errorName((await list([5])).errorCode)).toBe('UNSUPPORTED_VERSION')
  expect(await list([], 0)).toMatchObject({ errorCode: 0, configResources: [] })
})
