import fc from 'fast-check'
import { expect, test } from 'vitest'
import { describeCluster } from '../../src/protocol/apis/describe-cluster.ts'
import { apis } from '../../src/protocol/apis/index.ts'
import { encodeRequest } from '../../src/protocol/wire.ts'
import { scriptedBroker } from '../support/scripted-broker.ts'
import { dial, serve } from '../support/served.ts'

const everyApi = Object.fromEntries(apis.map((api) => [api.name, () => api.response.create({})]))
const versions = apis.flatMap((api) => {
  const [min, max] = api.versions
  return Array.from({ length: max - min + 1 }, (_, step) => ({ api, version: min + step }))
})

/** A request with a good header, then `body`. */
function requestOf({ api, version }: (typeof versions)[number], body: Uint8Array): Buffer {
  const whole = Buffer.concat(encodeRequest(api, version, 1, 'fuzz', api.request.create({})))
  const empty = Buffer.concat(encodeRequest(describeCluster, 0, 1, 'fuzz', describeCluster.request.create({})))
  // As long as the header of DescribeCluster v0, whose body has two bytes: the header, and a byte of the body where that is not flexible.
  const header = whole.subarray(0, Math.min(whole.length, empty.length - 2))
  const frame = Buffer.concat([header, body])
  frame.writeInt32BE(frame.length - 4, 0)
  return frame
}

test('no bytes behind a header of any API in any version do more than close their connection', async () => {
  const listener = await serve(scriptedBroker(everyApi))
  const bytes = fc.uint8Array({ maxLength: 200 })
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...versions), bytes, async (request, body) => {
      const client = await dial(listener)
      client.write(requestOf(request, body))
      await Promise.race([client.frame(), client.closed])
      client.socket.destroy()
    }),
    { numRuns: 500 },
  )
  const client = await dial(listener)
  client.send(describeCluster, 0, 2, {})
  expect((await client.receive(describeCluster, 0)).correlationId).toBe(2)
})

test('no bytes at all do more than close their connection', async () => {
  const listener = await serve(scriptedBroker(everyApi), { limits: { readTimeoutMs: 1, minReadBytes: 1_000 } })
  const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { minLength: 1, maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(chunks, async (pieces) => {
      const client = await dial(listener)
      for (const piece of pieces) client.write(Buffer.from(piece))
      await Promise.race([client.frame(), client.closed])
      client.socket.destroy()
    }),
    { numRuns: 200 },
  )
  const client = await dial(listener)
  client.send(describeCluster, 0, 2, {})
  expect((await client.receive(describeCluster, 0)).correlationId).toBe(2)
})
