import { expect, it } from 'vitest'
import { findCoordinator } from '../../../src/protocol/apis/find-coordinator.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { startBroker } from '../../support/broker-fixture.ts'

const group = 0
const transaction = 1
const share = 2

it('G17: this broker coordinates every group and every transaction, at the address that the client is to use', async () => {
  await using broker = await startBroker()
  const here = { nodeId: broker.broker.nodeId, host: '127.0.0.1', port: 9092 }
  for (const keyType of [group, transaction]) {
    const one = findCoordinator.request.create({ key: 'a', keyType })
    expect(await broker.ask(findCoordinator, one, { version: 3 })).toMatchObject({ errorCode: 0, ...here })
    const several = findCoordinator.request.create({ coordinatorKeys: ['a', 'b'], keyType })
    const { coordinators } = await broker.ask(findCoordinator, several, { version: 4 })
    expect(coordinators).toMatchObject(['a', 'b'].map((key) => ({ key, errorCode: 0, ...here })))
  }
})

it('G17: nobody coordinates share groups, or what there is not', async () => {
  await using broker = await startBroker()
  for (const keyType of [share, 7]) {
    const { coordinators } = await broker.ask(
      findCoordinator,
      findCoordinator.request.create({ coordinatorKeys: ['a'], keyType }),
    )
    expect(coordinators).toMatchObject([{ key: 'a', nodeId: -1, host: '', port: -1 }])
    expect(errorName(coordinators[0]!.errorCode)).toBe('INVALID_REQUEST')
  }
})
