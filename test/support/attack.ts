import fc from 'fast-check'
import type { SupportedApi } from '../../src/core/api.ts'
import type { ApiDefinition } from '../../src/protocol/api.ts'
import { apiVersions } from '../../src/protocol/apis/api-versions.ts'
import { encodeRequest } from '../../src/protocol/wire.ts'
import { arbitraryOf } from './arbitrary-messages.ts'
import { rawClient } from './raw-client.ts'

/** Bytes that are almost a request: a real one of this API and version, with something wrong in it. */
export function arbitraryAttack({ api }: SupportedApi, version: number): fc.Arbitrary<Buffer> {
  const definition = api as ApiDefinition<object>
  const real = arbitraryOf(definition.request, version).map((body) =>
    Buffer.concat(encodeRequest(definition, version, 7, 'attacker', body as object)),
  )
  const body = real.map((frame) => frame.subarray(4))
  return fc.oneof(
    // Cut short, with a size that fits.
    fc
      .tuple(body, fc.double({ min: 0, max: 1, noNaN: true }))
      .map(([bytes, part]) => sized(bytes.subarray(0, Math.floor(bytes.length * part)))),
    // Some bytes replaced behind the header, often by what makes a length huge or negative.
    fc
      .tuple(
        body,
        fc.array(fc.tuple(fc.nat(), fc.oneof(fc.constantFrom(0x7f, 0x80, 0xff), fc.nat(255))), {
          minLength: 1,
          maxLength: 8,
        }),
      )
      .map(([bytes, edits]) => {
        const copy = Buffer.from(bytes)
        for (const [at, byte] of edits) copy[Math.min(8 + (at % Math.max(copy.length - 8, 1)), copy.length - 1)] = byte
        return sized(copy)
      }),
    // The header, then anything.
    fc
      .tuple(body, fc.uint8Array({ maxLength: 200 }))
      .map(([bytes, noise]) => sized(Buffer.concat([bytes.subarray(0, 8), noise]))),
    // A size that promises what never comes, or cannot be.
    fc.tuple(body, fc.integer()).map(([bytes, size]) => {
      const frame = sized(bytes)
      frame.writeInt32BE(size, 0)
      return frame
    }),
  )
}

/** Sends the bytes on a connection of their own, and ends it. */
export async function attack(address: { host: string; port: number }, bytes: Buffer): Promise<void> {
  await using client = await rawClient(address)
  client.write(bytes)
  client.socket.end()
  // The other end answers, closes, or waits for more: `end` bounds all three.
  await Promise.race([client.closed, client.frame()])
}

/** @throws when a well-behaved client is not answered */
export async function assertHealthy(address: { host: string; port: number }): Promise<void> {
  await using client = await rawClient(address)
  client.send(apiVersions, 0, 1, {})
  const { body } = await client.receive(apiVersions, 0)
  if (body.errorCode !== 0 || body.apiKeys.length === 0) throw new Error('the broker answers wrongly')
}

function sized(body: Buffer): Buffer {
  const frame = Buffer.alloc(4 + body.length)
  frame.writeInt32BE(body.length, 0)
  body.copy(frame, 4)
  return frame
}
