import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { FrameAssembler } from '../../../src/client/transports/frame-assembler.ts'
import { socketTransport } from '../../../src/client/transports/socket-transport.ts'
import { apiVersions } from '../../../src/protocol/apis/api-versions.ts'
import { fetch } from '../../../src/protocol/apis/fetch.ts'
import { metadata } from '../../../src/protocol/apis/metadata.ts'
import { produce } from '../../../src/protocol/apis/produce.ts'
import { saslAuthenticate } from '../../../src/protocol/apis/sasl-authenticate.ts'
import { saslHandshake } from '../../../src/protocol/apis/sasl-handshake.ts'
import { errorCode } from '../../../src/protocol/error-codes.ts'
import { decodeRequestHeader, encodeResponse } from '../../../src/protocol/wire.ts'

interface Request {
  readonly apiKey: number
  readonly apiVersion: number
  readonly correlationId: number
  readonly clientId: string | null
}

/** A server that does with each request what the test says. */
async function serve(answer: (request: Request, socket: Socket, index: number) => void) {
  const requests: Request[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    const frames = new FrameAssembler(1_000_000, (frame) => {
      const request = decodeRequestHeader(frame)
      requests.push(request)
      answer(request, socket, requests.length - 1)
    })
    socket.on('data', (chunk: Buffer) => frames.push(chunk))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { target: { host: '127.0.0.1', port: (server.address() as AddressInfo).port }, requests }
}

const ranges = [
  { apiKey: produce.key, minVersion: 0, maxVersion: 8 },
  { apiKey: metadata.key, minVersion: 0, maxVersion: 5 },
  { apiKey: fetch.key, minVersion: 90, maxVersion: 99 },
]

function sendVersions({ apiVersion, correlationId }: Request, socket: Socket): void {
  const body = apiVersions.response.create({ apiKeys: ranges })
  socket.write(Buffer.concat(encodeResponse(apiVersions, apiVersion, correlationId, body)))
}

function sendMetadata({ apiVersion, correlationId }: Request, socket: Socket, controllerId: number): void {
  const body = metadata.response.create({ controllerId })
  socket.write(Buffer.concat(encodeResponse(metadata, apiVersion, correlationId, body)))
}

const askMetadata = metadata.request.create({ topics: [] })

describe('the handshake', () => {
  test('finds the highest version that both sides know', async () => {
    const { target, requests } = await serve(sendVersions)
    const transport = await socketTransport({ target, clientId: 'me' })
    expect([transport.versionOf(produce), transport.versionOf(metadata), transport.versionOf(fetch)]).toEqual([
      8,
      5,
      undefined,
    ])
    expect(requests[0]).toMatchObject({ apiKey: 18, apiVersion: 4, clientId: 'me' })
    await expect(transport.request(fetch, fetch.request.create({}))).rejects.toMatchObject({
      code: 'UNSUPPORTED_VERSION',
    })
    await transport.close()
  })

  test.each([
    ['that the refusal names', [{ apiKey: 18, minVersion: 0, maxVersion: 2 }], [4, 2]],
    ['0 when it names none', [], [4, 0]],
  ])('goes on in the version %s', async (_, apiKeys, versions) => {
    const { target, requests } = await serve((request, socket) => {
      if (request.apiVersion < 3) return sendVersions(request, socket)
      const body = apiVersions.response.create({ errorCode: errorCode('UNSUPPORTED_VERSION'), apiKeys })
      socket.write(Buffer.concat(encodeResponse(apiVersions, 0, request.correlationId, body)))
    })
    const transport = await socketTransport({ target, clientId: 'me' })
    expect(requests.map(({ apiVersion }) => apiVersion)).toEqual(versions)
    expect(transport.versionOf(produce)).toBe(8)
    await transport.close()
  })

  test.each<[string, (request: Request, socket: Socket) => void]>([
    ['hangs up', (_, socket) => socket.end()],
    ['says nothing', () => {}],
    ['speaks something else', (_, socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ])('fails when the other end %s', async (_, answer) => {
    const { target } = await serve(answer)
    const connecting = socketTransport({ target, clientId: 'me', connectTimeoutMs: 100 })
    await expect(connecting).rejects.toMatchObject({
      code: 'BROKER_UNREACHABLE',
      message: expect.stringContaining(`127.0.0.1:${target.port}`),
    })
  })

  test('fails where nobody listens', async () => {
    const connecting = socketTransport({ target: { path: '/nowhere/rafka.sock' }, clientId: 'me' })
    await expect(connecting).rejects.toMatchObject({
      code: 'BROKER_UNREACHABLE',
      message: expect.stringContaining('no broker answers at /nowhere/rafka.sock'),
    })
  })
})

describe('requests', () => {
  test('go out without waiting for each other, and answers are told apart', async () => {
    const waiting: Request[] = []
    const { target } = await serve((request, socket) => {
      if (request.apiKey === 18) return sendVersions(request, socket)
      waiting.push(request)
      if (waiting.length < 3) return
      for (const each of waiting.toReversed()) sendMetadata(each, socket, each.correlationId)
    })
    const transport = await socketTransport({ target, clientId: 'me' })
    const answers = await Promise.all([1, 2, 3].map(() => transport.request(metadata, askMetadata)))
    const [first, second, third] = answers.map(({ controllerId }) => controllerId)
    expect([second! - first!, third! - second!]).toEqual([1, 1])
    await transport.close()
  })

  test('that get no answer in time take the connection with them, and say what was awaited', async () => {
    const { target } = await serve((request, socket) => {
      if (request.apiKey === 18) sendVersions(request, socket)
    })
    const transport = await socketTransport({ target, clientId: 'me' })
    const late = transport.request(metadata, askMetadata, { timeoutMs: 50 })
    const other = transport.request(metadata, askMetadata)
    const message = `waited 50 ms for the answer to Metadata v5 from 127.0.0.1:${target.port}`
    await expect(late).rejects.toMatchObject({ code: 'REQUEST_TIMED_OUT', message })
    await expect(other).rejects.toMatchObject({ code: 'REQUEST_TIMED_OUT' })
    expect(await transport.closed).toMatchObject({ code: 'REQUEST_TIMED_OUT' })
  })

  test('fail when the connection goes', async () => {
    const { target } = await serve((request, socket) => {
      if (request.apiKey === 18) sendVersions(request, socket)
      else socket.destroy()
    })
    const transport = await socketTransport({ target, clientId: 'me' })
    await expect(transport.request(metadata, askMetadata)).rejects.toMatchObject({ code: 'NETWORK_EXCEPTION' })
    expect(await transport.closed).toMatchObject({ code: 'NETWORK_EXCEPTION' })
    await expect(transport.request(metadata, askMetadata)).rejects.toMatchObject({ code: 'NETWORK_EXCEPTION' })
  })

  test('that nobody waits for any more leave the others alone', async () => {
    const waiting: Request[] = []
    const { target } = await serve((request, socket) => {
      if (request.apiKey === 18) return sendVersions(request, socket)
      waiting.push(request)
      if (waiting.length === 2) for (const each of waiting) sendMetadata(each, socket, 1)
    })
    const transport = await socketTransport({ target, clientId: 'me' })
    const abort = new AbortController()
    const cancelled = transport.request(metadata, askMetadata, { signal: abort.signal })
    abort.abort()
    await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' })
    await expect(transport.request(metadata, askMetadata)).resolves.toMatchObject({ controllerId: 1 })
    await transport.close()
    expect(await transport.closed).toBeUndefined()
  })

  test.each<[string, (request: Request) => Buffer]>([
    [
      'answers what nobody asked',
      ({ correlationId }) =>
        Buffer.concat(encodeResponse(metadata, 5, correlationId + 9, metadata.response.create({}))),
    ],
    ['answers with too few bytes', ({ correlationId }) => Buffer.from([0, 0, 0, 5, 0, 0, 0, correlationId, 1])],
    ['claims too many bytes', () => Buffer.from([0x7f, 0xff, 0xff, 0xff, 0, 0])],
  ])('fail when the broker %s', async (_, answer) => {
    const { target } = await serve((request, socket) => {
      if (request.apiKey === 18) sendVersions(request, socket)
      else socket.write(answer(request))
    })
    const transport = await socketTransport({ target, clientId: 'me' })
    await expect(transport.request(metadata, askMetadata)).rejects.toBeInstanceOf(Error)
    await expect(transport.closed).resolves.toBeDefined()
  })

  test('without an answer settle when they were written', async () => {
    const { target, requests } = await serve((request, socket) => {
      if (request.apiKey === 18) sendVersions(request, socket)
    })
    const transport = await socketTransport({ target, clientId: 'me' })
    await transport.post(produce, produce.request.create({ acks: 0 }))
    await expect.poll(() => requests.at(-1)).toMatchObject({ apiKey: 0, apiVersion: 8 })
    await transport.close()
  })
})

describe('logging in', () => {
  const sasl = { mechanism: 'PLAIN', username: 'me', password: 'secret' } as const

  /** A broker that knows these versions of the two APIs, and does with what comes after ApiVersions what the test says. */
  function saslBroker(
    [handshake, authentication]: ReadonlyArray<readonly [min: number, max: number] | undefined>,
    answer: (request: Request, socket: Socket) => void = () => {},
  ) {
    const apiKeys = [
      ...(handshake === undefined
        ? []
        : [{ apiKey: saslHandshake.key, minVersion: handshake[0], maxVersion: handshake[1] }]),
      ...(authentication === undefined
        ? []
        : [{ apiKey: saslAuthenticate.key, minVersion: authentication[0], maxVersion: authentication[1] }]),
    ]
    return serve((request, socket) => {
      if (request.apiKey !== apiVersions.key) return answer(request, socket)
      const body = apiVersions.response.create({ apiKeys })
      socket.write(Buffer.concat(encodeResponse(apiVersions, request.apiVersion, request.correlationId, body)))
    })
  }

  test.each<[string, Parameters<typeof saslBroker>[0], string]>([
    ['knows no SASL', [undefined, undefined], 'knows no SASL; leave out sasl.username'],
    ['knows only bare tokens', [[0, 0], undefined], 'as Kafka had it before version 1.0'],
  ])('at a broker that %s fails for good', async (_, versions, message) => {
    const { target, requests } = await saslBroker(versions)
    await expect(socketTransport({ target, clientId: 'me', sasl })).rejects.toMatchObject({
      code: 'ILLEGAL_SASL_STATE',
      message: expect.stringContaining(message),
    })
    expect(requests).toHaveLength(1)
  })

  test('uses the highest version that both sides know', async () => {
    const { target, requests } = await saslBroker(
      [
        [0, 1],
        [0, 0],
      ],
      ({ apiKey, apiVersion, correlationId }, socket) => {
        const pieces =
          apiKey === saslHandshake.key
            ? encodeResponse(saslHandshake, apiVersion, correlationId, saslHandshake.response.create({}))
            : encodeResponse(saslAuthenticate, apiVersion, correlationId, saslAuthenticate.response.create({}))
        socket.write(Buffer.concat(pieces))
      },
    )
    const transport = await socketTransport({ target, clientId: 'me', sasl })
    expect(requests.map(({ apiKey, apiVersion }) => [apiKey, apiVersion])).toEqual([
      [18, 4],
      [17, 1],
      [36, 0],
    ])
    await transport.close()
  })

  test.each<[string, (socket: Socket) => void]>([
    ['hangs up', (socket) => socket.destroy()],
    ['says nothing', () => {}],
  ])('may succeed later at a broker that %s in the middle of it', async (_, act) => {
    const { target } = await saslBroker(
      [
        [0, 1],
        [0, 2],
      ],
      (_request, socket) => act(socket),
    )
    const connecting = socketTransport({ target, clientId: 'me', connectTimeoutMs: 50, sasl })
    await expect(connecting).rejects.toMatchObject({ code: 'BROKER_UNREACHABLE' })
  })
})

describe('a broker that hangs up without an answer', () => {
  test('is said to want TLS, perhaps, when it did so at once', async () => {
    const { target } = await serve((_, socket) => socket.end())
    const times: string[] = []
    const connecting = socketTransport({ target, clientId: 'me', onHungUp: (when) => times.push(when) })
    await expect(connecting).rejects.toMatchObject({
      message: expect.stringContaining(
        'before the first answer; if its listener speaks TLS, set security.protocol to ssl',
      ),
    })
    expect(times).toEqual(['before versions'])
  })

  test('is said to want SASL, perhaps, when it did so after ApiVersions', async () => {
    const { target } = await serve((request, socket) => {
      if (request.apiKey === apiVersions.key) sendVersions(request, socket)
      else socket.end()
    })
    const times: string[] = []
    const transport = await socketTransport({ target, clientId: 'me', onHungUp: (when) => times.push(when) })
    await expect(transport.request(metadata, askMetadata)).rejects.toMatchObject({
      code: 'NETWORK_EXCEPTION',
      message: expect.stringContaining('before the first answer; if its listener wants SASL, set sasl.username'),
    })
    await transport.closed
    expect(times).toEqual(['after versions'])
  })

  test('is not when it has answered something', async () => {
    const { target } = await serve((request, socket) => {
      if (request.apiKey === apiVersions.key) sendVersions(request, socket)
      else if (request.correlationId % 2 === 0) sendMetadata(request, socket, 7)
      else socket.end()
    })
    const times: string[] = []
    const transport = await socketTransport({ target, clientId: 'me', onHungUp: (when) => times.push(when) })
    await transport.request(metadata, askMetadata)
    await expect(transport.request(metadata, askMetadata)).rejects.toMatchObject({
      message: expect.stringMatching(/was lost: the other end closed it$/),
    })
    expect(times).toEqual([])
  })
})
