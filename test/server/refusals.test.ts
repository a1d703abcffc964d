import { describe, expect, test } from 'vitest'
import { RafkaError } from '../../src/core/errors.ts'
import { describeCluster } from '../../src/protocol/apis/describe-cluster.ts'
import { fetch } from '../../src/protocol/apis/fetch.ts'
import { produce } from '../../src/protocol/apis/produce.ts'
import { encodeRequest } from '../../src/protocol/wire.ts'
import { scriptedBroker } from '../support/scripted-broker.ts'
import { answersCluster, dial, gate, serve, until } from '../support/served.ts'

describe('a connection is closed, and others are not,', () => {
  const bad: ReadonlyArray<[string, Buffer]> = [
    ['a size of 0', Buffer.from('00000000', 'hex')],
    ['a negative size', Buffer.from('ffffffff', 'hex')],
    ['a size above the limit', Buffer.from('7fffffff', 'hex')],
    ['a frame too short for a header', Buffer.from('000000020012', 'hex')],
    ['an unknown API', Buffer.from('0000000a03e7000000000001ffff', 'hex')],
    ['an API that is not served', Buffer.from('0000000a0000000900000001ffff', 'hex')],
    ['a version that is not served', Buffer.from('0000000a003c00630000000001ff', 'hex')],
    ['a negative version', Buffer.from('0000000a003cffff0000000001ff', 'hex')],
    ['a body cut short', Buffer.from('0000000b0001000c00000001ffff00', 'hex')],
    ['TLS spoken to it', Buffer.from('16030100c8010000c40303', 'hex')],
    ['HTTP spoken to it', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
  ]
  test.each(bad)('C3: on %s', async (_what, bytes) => {
    const listener = await serve(scriptedBroker({ Fetch: () => fetch.response.create({}), ...answersCluster }))
    const other = await dial(listener)
    const client = await dial(listener)
    client.write(bytes)
    expect(await client.frame()).toBeUndefined()
    await client.closed

    other.send(describeCluster, 0, 1, {})
    expect((await other.receive(describeCluster, 0)).correlationId).toBe(1)
  })

  test('when the broker throws, after earlier requests were answered; and once in the log', async () => {
    const slow = gate<object>()
    const lines: string[] = []
    const broker = scriptedBroker({
      DescribeCluster: () => slow.promise,
      Produce: () => {
        throw new RafkaError('CORRUPT_MESSAGE', 'acks=0 and a bad batch')
      },
    })
    const listener = await serve(broker, { logger: (level, message) => lines.push(`${level} ${message}`) })
    const client = await dial(listener)
    client.send(describeCluster, 0, 1, {})
    client.send(produce, 7, 2, { acks: 0 })
    client.send(produce, 7, 3, { acks: 0 })
    await until(() => broker.handled.length === 3)
    slow.open(describeCluster.response.create({}))
    expect((await client.receive(describeCluster, 0)).correlationId).toBe(1)
    expect(await client.frame()).toBeUndefined()
    await client.closed
    expect(lines).toEqual(['warn closed: acks=0 and a bad batch'])
  })

  test('when a request is malformed, after earlier ones were answered and without handing over later ones', async () => {
    const slow = gate<object>()
    const broker = scriptedBroker({ DescribeCluster: () => slow.promise, Fetch: () => null })
    const client = await dial(await serve(broker))
    const good = encodeRequest(describeCluster, 0, 1, 'raw', describeCluster.request.create({}))
    client.write(...good, Buffer.from('0000000b0001000c00000001ffff00', 'hex'), ...good)
    await until(() => broker.handled.length > 0)
    slow.open(describeCluster.response.create({}))
    expect((await client.receive(describeCluster, 0)).correlationId).toBe(1)
    expect(await client.frame()).toBeUndefined()
    expect(broker.handled).toHaveLength(1)
  })

  test('when an answer cannot be encoded: that is a bug of ours, logged with its stack', async () => {
    const logged: unknown[] = []
    const broker = scriptedBroker({ DescribeCluster: () => ({ brokers: 'not an array' }) })
    const client = await dial(
      await serve(broker, { logger: (level, _message, fields) => logged.push([level, fields]) }),
    )
    client.send(describeCluster, 0, 1, {})
    expect(await client.frame()).toBeUndefined()
    expect(logged).toHaveLength(1)
  })

  test('when it is reset in the middle of everything', async () => {
    const waiting = gate<object>()
    const broker = scriptedBroker({ Fetch: () => waiting.promise, ...answersCluster })
    const listener = await serve(broker)
    const client = await dial(listener)
    client.send(fetch, 12, 1, {})
    await until(() => broker.handled.length === 1)
    client.socket.resetAndDestroy()
    await until(() => broker.went.length === 1)
    expect(broker.handled[0]!.context.signal!.aborted).toBe(true)
    waiting.open(fetch.response.create({}))

    const other = await dial(listener)
    other.send(describeCluster, 0, 1, {})
    expect((await other.receive(describeCluster, 0)).correlationId).toBe(1)
  })
})
