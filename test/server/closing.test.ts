import { describe, expect, test } from 'vitest'
import { fetch } from '../../src/protocol/apis/fetch.ts'
import { produce } from '../../src/protocol/apis/produce.ts'
import { rawClient } from '../support/raw-client.ts'
import { scriptedBroker } from '../support/scripted-broker.ts'
import { answersCluster, dial, gate, serve, until } from '../support/served.ts'

describe('closing a listener', () => {
  test('ends at once a long poll that would wait for 30 s, and answers it', async () => {
    const broker = scriptedBroker({
      Fetch: (_request, { signal }) =>
        new Promise((resolve) => {
          signal!.addEventListener('abort', () => resolve(fetch.response.create({})), { once: true })
        }),
    })
    const listener = await serve(broker, { limits: { drainMs: 20_000 } })
    const client = await dial(listener)
    client.send(fetch, 12, 1, { maxWaitMs: 30_000 })
    await until(() => broker.handled.length === 1)
    await listener.close()
    expect((await client.receive(fetch, 12)).correlationId).toBe(1)
    expect(await client.frame()).toBeUndefined()
    expect(broker.went).toHaveLength(1)
  })

  test('lets a request that has begun answer', async () => {
    const slow = gate<object>()
    const broker = scriptedBroker({ Produce: () => slow.promise })
    const listener = await serve(broker, { limits: { drainMs: 20_000 } })
    const client = await dial(listener)
    client.send(produce, 7, 1, {})
    await until(() => broker.handled.length === 1)
    const closed = listener.close()
    slow.open(produce.response.create({}))
    expect((await client.receive(produce, 7)).correlationId).toBe(1)
    await closed
  })

  test('does not wait for ever for a request that never ends', async () => {
    const broker = scriptedBroker({ Produce: () => new Promise(() => {}) })
    const listener = await serve(broker, { limits: { drainMs: 30 } })
    const client = await dial(listener)
    client.send(produce, 7, 1, {})
    await until(() => broker.handled.length === 1)
    await listener.close()
    await client.closed
  })

  test('takes no new connections, and may be called again', async () => {
    const listener = await serve(scriptedBroker(answersCluster))
    await Promise.all([listener.close(), listener.close()])
    await expect(rawClient({ port: listener.port })).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('does not wait for idle connections', async () => {
    const listener = await serve(scriptedBroker(answersCluster), { limits: { drainMs: 20_000 } })
    const client = await dial(listener)
    await until(() => listener.connectionCount === 1)
    await listener.close()
    await client.closed
  })

  test('a client that stops writing still gets its answers', async () => {
    const slow = gate<object>()
    const broker = scriptedBroker({ Produce: () => slow.promise })
    const client = await dial(await serve(broker))
    client.send(produce, 7, 1, {})
    client.socket.end()
    await until(() => broker.handled[0]?.context.signal?.aborted === true)
    slow.open(produce.response.create({}))
    expect((await client.receive(produce, 7)).correlationId).toBe(1)
  })
})
