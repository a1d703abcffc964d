import { describe, expect, test } from 'vitest'
import { apiVersions } from '../../src/protocol/apis/api-versions.ts'
import { describeCluster } from '../../src/protocol/apis/describe-cluster.ts'
import { fetch } from '../../src/protocol/apis/fetch.ts'
import { produce } from '../../src/protocol/apis/produce.ts'
import { encodeRequest } from '../../src/protocol/wire.ts'
import { fetched } from '../support/fetched.ts'
import { scriptedBroker } from '../support/scripted-broker.ts'
import { answersCluster, answersVersions, dial, gate, serve, until } from '../support/served.ts'

describe('answers', () => {
  test('C1: come in the order of the requests, whichever is ready first', async () => {
    const slow = gate<object>()
    const broker = scriptedBroker({
      Fetch: () => slow.promise,
      ...answersCluster,
      ...answersVersions,
    })
    const client = await dial(await serve(broker))
    client.send(fetch, 12, 1, {})
    client.send(describeCluster, 0, 2, {})
    client.send(apiVersions, 3, 3, { clientSoftwareName: 'raw', clientSoftwareVersion: '1' })
    await until(() => broker.handled.length === 3)
    expect(broker.handled.map(({ api }) => api)).toEqual(['Fetch', 'DescribeCluster', 'ApiVersions'])

    slow.open(fetch.response.create({}))
    expect((await client.receive(fetch, 12)).correlationId).toBe(1)
    expect((await client.receive(describeCluster, 0)).correlationId).toBe(2)
    expect((await client.receive(apiVersions, 3)).correlationId).toBe(3)
  })

  test('come also when every byte arrives on its own', async () => {
    const client = await dial(await serve(scriptedBroker(answersCluster)))
    const request = Buffer.concat(encodeRequest(describeCluster, 0, 7, 'raw', describeCluster.request.create({})))
    for (const byte of request) {
      client.socket.write(Buffer.of(byte))
      await new Promise(setImmediate)
    }
    expect(await client.receive(describeCluster, 0)).toMatchObject({ correlationId: 7, body: { clusterId: 'c' } })
  })

  test('C2: of Produce with acks=0 are not written', async () => {
    const client = await dial(await serve(scriptedBroker({ Produce: () => null, ...answersCluster })))
    client.send(produce, 7, 1, { acks: 0 })
    client.send(describeCluster, 0, 2, {})
    expect((await client.receive(describeCluster, 0)).correlationId).toBe(2)
  })

  test('carry records byte for byte, and so do requests', async () => {
    const records = Buffer.alloc(300_000, 'records ')
    let stored: readonly Buffer[] = []
    const broker = scriptedBroker({
      Produce: ({ topicData }: { topicData: Array<{ partitionData: Array<{ records: Buffer[] }> }> }) => {
        stored = topicData[0]!.partitionData[0]!.records
        return produce.response.create({})
      },
      Fetch: () => fetched(stored),
    })
    const client = await dial(await serve(broker))
    client.send(produce, 7, 1, {
      topicData: [{ name: 't', partitionData: [{ index: 0, records: [records] }] }],
    })
    await client.receive(produce, 7)
    client.send(fetch, 12, 2, { maxBytes: 1_000_000 })
    const { body } = await client.receive(fetch, 12)
    expect(Buffer.concat([...body.responses[0]!.partitions[0]!.records!]).equals(records)).toBe(true)
  })

  test('C4: to ApiVersions of an unknown version come in version 0 and name the range', async () => {
    const client = await dial(await serve(scriptedBroker(answersVersions)))
    const header = Buffer.alloc(4 + 8 + 20, 0xee)
    header.writeInt32BE(28, 0)
    header.writeInt16BE(18, 4)
    header.writeInt16BE(99, 6)
    header.writeInt32BE(5, 8)
    client.write(header)
    const { correlationId, body } = await client.receive(apiVersions, 0)
    expect(correlationId).toBe(5)
    expect(body).toMatchObject({ errorCode: 35, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 4 }] })

    client.send(apiVersions, 0, 6, {})
    expect((await client.receive(apiVersions, 0)).body.errorCode).toBe(0)
  })

  test('in great number on one connection all come, in order', async () => {
    const client = await dial(await serve(scriptedBroker(answersCluster)))
    const count = 3_000
    for (let id = 0; id < count; id += 1) client.send(describeCluster, 0, id, {})
    for (let id = 0; id < count; id += 1) expect((await client.receive(describeCluster, 0)).correlationId).toBe(id)
  })

  test('to a flood of ApiVersions of an unknown version all come', async () => {
    const client = await dial(await serve(scriptedBroker(answersVersions)))
    const request = Buffer.from('0000000800120063000000ff', 'hex')
    client.write(...Array.from({ length: 5_000 }, () => request))
    for (let count = 0; count < 5_000; count += 1) {
      expect((await client.receive(apiVersions, 0)).body.errorCode).toBe(35)
    }
  })
})
