import { describe, expect, it } from 'vitest'
import { findCoordinator } from '../../../src/protocol/apis/find-coordinator.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { startBroker, testConnection } from '../../support/broker-fixture.ts'

describe('FindCoordinator', () => {
  it('G17: before version 4 for one key, with the address that the connection came in at', async () => {
    await using broker = await startBroker()
    const connection = { ...testConnection(), advertised: { host: 'example.test', port: 1234 } }
    for (const [version, keyType] of [
      [0, 0],
      [1, 0],
      [3, 1],
    ] as const) {
      const request = findCoordinator.request.create({ key: 'g', keyType })
      const answer = await broker.ask(findCoordinator, request, { version, connection })
      expect(answer).toMatchObject({ errorCode: 0, nodeId: 1, host: 'example.test', port: 1234 })
    }
  })

  it('G17: from version 4 on for several keys, each with an answer', async () => {
    await using broker = await startBroker()
    broker.broker.advertise({ host: 'example.test', port: 4321 })
    const request = findCoordinator.request.create({ coordinatorKeys: ['a', 'b'] })
    const { coordinators } = await broker.ask(findCoordinator, request, { version: 4 })
    expect(coordinators).toMatchObject([
      { key: 'a', nodeId: 1, host: 'example.test', port: 4321, errorCode: 0 },
      { key: 'b', nodeId: 1, host: 'example.test', port: 4321, errorCode: 0 },
    ])
  })

  it('G17: there are no coordinators of share groups, nor of what there is not', async () => {
    await using broker = await startBroker()
    for (const keyType of [2, 3, -1]) {
      const request = findCoordinator.request.create({ keyType, coordinatorKeys: ['a'] })
      const { coordinators } = await broker.ask(findCoordinator, request)
      expect(coordinators.map(({ errorCode, nodeId }) => [errorName(errorCode), nodeId])).toEqual([
        ['INVALID_REQUEST', -1],
      ])
    }
  })
})
