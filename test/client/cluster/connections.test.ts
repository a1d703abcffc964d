import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { Line } from '../../../src/client/cluster/line.ts'
import { unreachable } from '../../../src/client/connection-errors.ts'
import { createClient } from '../../../src/client/create-client.ts'
import type { Dialer, Transport } from '../../../src/client/transport.ts'
import { inProcessTransport } from '../../../src/client/transports/in-process-transport.ts'
import { tcpDialer } from '../../../src/client/transports/tcp-dialer.ts'
import { connect } from '../../../src/connect.ts'
import { startTestBroker } from '../../../src/testing.ts'
import { fakeTime, inFakeTime } from '../../support/fake-time.ts'
import { scriptedBroker } from '../../support/scripted-broker.ts'
import { scriptedCluster } from '../../support/scripted-cluster.ts'

function transport(): Transport {
  return inProcessTransport(scriptedBroker({}), 'me')
}

describe('the line to a node', () => {
  test('is made once for all who wait, and again when it went', async () => {
    let dialled = 0
    const line = new Line(async () => {
      dialled += 1
      return transport()
    })
    const [first, second] = await Promise.all([line.connect(), line.connect()])
    expect(first).toBe(second)
    await line.hangUp()
    expect(line.open).toBeUndefined()
    expect(await line.connect()).not.toBe(first)
    expect(dialled).toBe(2)
    await line.close()
  })

  test('is not handed to who comes after a hang-up, though others still wait for it', async () => {
    const line = new Line(async () => transport())
    const first = line.connect()
    const hungUp = first.then(() => line.hangUp())
    const later = first.then(() => line.connect())
    await hungUp
    expect(await later).not.toBe(await first)
    await line.close()
  })

  test('is tried again after a pause that grows up to a second or so', async () => {
    fakeTime()
    const times: number[] = []
    const line = new Line(async () => {
      times.push(performance.now())
      throw unreachable('nowhere', new Error('refused'))
    })
    for (let attempt = 0; attempt < 10; attempt += 1)
      await inFakeTime(
        line.connect().catch(() => {}),
        1,
      )
    const pauses = times.slice(1).map((time, index) => time - times[index]!)
    expect(pauses[0]).toBeLessThan(70)
    expect(Math.max(...pauses)).toBeLessThan(1_300)
    expect(Math.min(...pauses.slice(6))).toBeGreaterThan(700)
    await line.close()
  })
})

describe('a client', () => {
  test('says that no broker answers, and where', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    const rafka = createClient({ dialer: tcpDialer({ brokers: [`127.0.0.1:${port}`] }), firstContactMs: 100 })
    const nobody = { code: 'BROKER_UNREACHABLE', message: expect.stringContaining(`127.0.0.1:${port}`) }
    await expect(rafka.ready()).rejects.toMatchObject(nobody)
    await expect(rafka.admin().listTopics()).rejects.toMatchObject(nobody)
    await expect(rafka.producer().send({ topic: 't', value: 'x' })).rejects.toMatchObject(nobody)
    const iterator = rafka.consumer({ topics: ['t'] })[Symbol.asyncIterator]()
    await expect(iterator.next()).rejects.toMatchObject(nobody)
    await rafka.close()
  })

  test.each([0.2, 0.5, 1, 2])('says so too when %d ms are too few to find out', async (firstContactMs) => {
    const rafka = createClient({ dialer: tcpDialer({ brokers: ['127.0.0.1:1'] }), firstContactMs })
    await expect(rafka.ready()).rejects.toMatchObject({ code: 'BROKER_UNREACHABLE' })
    await rafka.close()
  })

  test('finds a broker that answers among those that were named', async () => {
    await using broker = await startTestBroker()
    await using rafka = await connect({ brokers: ['127.0.0.1:1', broker.brokers, '127.0.0.1:2'] })
    await expect(rafka.ready()).resolves.toBeUndefined()
  })

  test('goes on with another broker when its own is gone', async () => {
    fakeTime()
    const cluster = scriptedCluster({ t: 1 })
    const made: Transport[] = []
    const dialer: Dialer = {
      single: true,
      describe: () => 'a data directory',
      dial: async () => {
        made.push(inProcessTransport(cluster.broker, 'me'))
        return made.at(-1)!
      },
    }
    const producer = createClient({ dialer }).producer({ lingerMs: 0 })
    await inFakeTime(producer.send({ topic: 't', value: 'first' }))
    cluster.fault = () => 'lose answer'
    const sent = producer.send({ topic: 't', value: 'second' })
    await inFakeTime(new Promise((resolve) => setTimeout(resolve, 20)))
    cluster.fault = () => undefined
    await expect(inFakeTime(sent)).resolves.toMatchObject({ offset: 1 })
    expect(made.length).toBeGreaterThan(1)
    expect(cluster.logs.get('0/t')).toHaveLength(2)
    await inFakeTime(producer.close())
  })
})
