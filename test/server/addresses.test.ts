import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { describeCluster } from '../../src/protocol/apis/describe-cluster.ts'
import { listen } from '../../src/server/listen.ts'
import { scriptedBroker } from '../support/scripted-broker.ts'
import { answersCluster, dial, serve, until } from '../support/served.ts'

describe('addresses', () => {
  test('the broker hears who comes and goes, and where', async () => {
    const broker = scriptedBroker(answersCluster)
    const listener = await serve(broker)
    const client = await dial(listener)
    await until(() => broker.came.length === 1)
    expect(broker.came[0]).toMatchObject({
      listener: `127.0.0.1:${listener.port}`,
      remoteAddress: '127.0.0.1',
      advertised: { host: '127.0.0.1', port: listener.port },
    })
    await client[Symbol.asyncDispose]()
    await until(() => broker.went.length === 1)
    expect(broker.went[0]).toBe(broker.came[0])
  })

  test('a listener on all addresses tells each client the one that it dialled', async () => {
    const broker = scriptedBroker(answersCluster)
    const listener = await listen(broker, { host: '0.0.0.0', port: 0 })
    onTestFinished(() => listener.close())
    await dial({ host: '127.0.0.2', port: listener.address!.port })
    await until(() => broker.came.length === 1)
    expect(broker.came[0]!.advertised).toEqual({ host: '127.0.0.2', port: listener.address!.port })
  })

  test('an advertised address wins, and its port 0 means the bound one', async () => {
    const broker = scriptedBroker(answersCluster)
    const listener = await listen(broker, { port: 0, advertised: { host: 'rafka.example', port: 0 } })
    onTestFinished(() => listener.close())
    expect(listener.advertised).toEqual({ host: 'rafka.example', port: listener.address!.port })
  })

  test('a port in use is refused with a reason', async () => {
    const listener = await serve(scriptedBroker(answersCluster))
    const second = listen(scriptedBroker(answersCluster), { port: listener.port })
    await expect(second).rejects.toMatchObject({
      code: 'LISTENER_UNUSABLE',
      message: expect.stringContaining(`cannot listen on 127.0.0.1:${listener.port}: it is in use`),
    })
  })

  test('an address of another machine is refused with a reason', async () => {
    const listener = listen(scriptedBroker(answersCluster), { host: '192.0.2.1', port: 0 })
    await expect(listener).rejects.toMatchObject({ code: 'LISTENER_UNUSABLE', details: { reason: 'EADDRNOTAVAIL' } })
  })

  test("a Unix socket works the same, is its owner's alone, and is removed", async () => {
    const directory = mkdtempSync(join(tmpdir(), 'rafka-listen-'))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    const path = join(directory, 'rafka.sock')
    const broker = scriptedBroker(answersCluster)
    const listener = await listen(broker, { path })
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const client = await dial({ path })
    client.send(describeCluster, 0, 1, {})
    expect((await client.receive(describeCluster, 0)).correlationId).toBe(1)
    expect(broker.came[0]).toMatchObject({ listener: 'local', remoteAddress: 'local', advertised: undefined })
    await listener.close()
    expect(() => statSync(path)).toThrow('ENOENT')
  })

  test('who connects the moment that a Unix socket is there is answered', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'rafka-listen-'))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    for (let round = 0; round < 50; round += 1) {
      const path = join(directory, `${round}.sock`)
      const listening = listen(scriptedBroker(answersCluster), { path })
      // The socket is bound before the listener is told.
      const client = await dial({ path })
      client.send(describeCluster, 0, 1, {})
      expect((await client.receive(describeCluster, 0)).correlationId).toBe(1)
      await (await listening).close()
    }
  })
})
