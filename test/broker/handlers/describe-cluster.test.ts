import { describe, expect, it } from 'vitest'
import { describeCluster } from '../../../src/protocol/apis/describe-cluster.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { startBroker, testConnection } from '../../support/broker-fixture.ts'

describe('DescribeCluster', () => {
  it('tells the one broker, which is the controller, at the address that the client came to', async () => {
    await using broker = await startBroker()
    const connection = { ...testConnection(), advertised: { host: 'example', port: 7 } }
    const request = describeCluster.request.create({ includeClusterAuthorizedOperations: true })
    const response = await broker.ask(describeCluster, request, { connection })
    expect(response).toMatchObject({
      errorCode: 0,
      clusterId: broker.broker.clusterId,
      controllerId: 1,
      brokers: [{ brokerId: 1, host: 'example', port: 7, rack: null }],
    })
    expect(response.clusterAuthorizedOperations).toBeGreaterThan(0)
  })

  it('has no controllers to list', async () => {
    await using broker = await startBroker()
    const response = await broker.ask(describeCluster, describeCluster.request.create({ endpointType: 2 }))
    expect(errorName(response.errorCode)).toBe('MISMATCHED_ENDPOINT_TYPE')
  })
})
