import { expect, test } from 'vitest'
import { inProcessTransport } from '../../../src/client/transports/in-process-transport.ts'
import { RafkaError } from '../../../src/core/errors.ts'
import { fetch } from '../../../src/protocol/apis/fetch.ts'
import { metadata } from '../../../src/protocol/apis/metadata.ts'
import { produce } from '../../../src/protocol/apis/produce.ts'
import { scriptedBroker } from '../../support/scripted-broker.ts'

const askMetadata = metadata.request.create({})

test('requests are handed over as they are, in the highest version, by one connection', async () => {
  const broker = scriptedBroker({ Metadata: () => metadata.response.create({ controllerId: 3 }) })
  const transport = inProcessTransport(broker, 'me')
  await expect(transport.request(metadata, askMetadata)).resolves.toMatchObject({ controllerId: 3 })
  await transport.request(metadata, askMetadata, { maxVersion: 4 })
  expect(broker.handled[0]?.request).toBe(askMetadata)
  expect(broker.handled.map(({ context }) => context.version)).toEqual([13, 4])
  expect(broker.handled[0]?.context).toMatchObject({ clientId: 'me', connection: { listener: 'in-process' } })
  expect(broker.came).toEqual([broker.handled[1]?.context.connection])
  expect([transport.versionOf(metadata), transport.versionOf(fetch)]).toEqual([13, undefined])
  await transport.close()
  expect(broker.went).toEqual(broker.came)
})

test('a broker that is told that nobody waits any more', async () => {
  const signals: Array<AbortSignal | undefined> = []
  const broker = scriptedBroker({
    Metadata: (_, { signal }) => {
      signals.push(signal)
      return new Promise(() => {})
    },
  })
  const transport = inProcessTransport(broker, 'me')
  await expect(transport.request(metadata, askMetadata, { timeoutMs: 10 })).rejects.toMatchObject({
    code: 'REQUEST_TIMED_OUT',
    message: 'waited 10 ms for the answer to Metadata from the embedded broker',
  })
  const abort = new AbortController()
  const cancelled = transport.request(metadata, askMetadata, { signal: abort.signal })
  abort.abort()
  await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' })
  expect(signals.map((signal) => signal?.aborted)).toEqual([true, true])
  const closing = transport.request(metadata, askMetadata)
  await transport.close()
  await expect(closing).rejects.toMatchObject({ code: 'CLOSED' })
  expect(await transport.closed).toBeUndefined()
})

test('a broker that would hang up ends the connection', async () => {
  const broker = scriptedBroker({
    Metadata: () => {
      throw new RafkaError('INVALID_REQUEST', 'no')
    },
    Produce: () => null,
  })
  const transport = inProcessTransport(broker, 'me')
  await expect(transport.post(produce, produce.request.create({ acks: 0 }))).resolves.toBeUndefined()
  await expect(transport.request(metadata, askMetadata)).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
  expect(await transport.closed).toMatchObject({ code: 'INVALID_REQUEST' })
  expect(broker.went).toHaveLength(1)
})

test('any number of requests may wait without a warning of a leak', async () => {
  const warnings: Error[] = []
  const note = (warning: Error) => warnings.push(warning)
  process.on('warning', note)
  const broker = scriptedBroker({ Metadata: () => new Promise(() => {}) })
  const transport = inProcessTransport(broker, 'me')
  const waiting = Array.from({ length: 50 }, () => transport.request(metadata, askMetadata))
  await transport.close()
  await Promise.allSettled(waiting)
  await new Promise((resolve) => setImmediate(resolve))
  process.off('warning', note)
  expect(warnings).toEqual([])
})
