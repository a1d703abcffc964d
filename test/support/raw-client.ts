import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { ApiDefinition, ResponseOf } from '../../src/protocol/api.ts'
import { decodeResponse, encodeRequest } from '../../src/protocol/wire.ts'

/** A socket to a listener that writes what a test wants, also nonsense, and reads answers one by one. */
export interface RawClient extends AsyncDisposable {
  readonly socket: Socket
  /** Writes bytes as they are. */
  write(...pieces: readonly Buffer[]): void
  /** Writes a request. */
  send<Request>(api: ApiDefinition<Request>, version: number, correlationId: number, body: Partial<Request>): void
  /** The next answer's frame, without its size; undefined when the connection was closed. */
  frame(): Promise<Buffer | undefined>
  /** The next answer. */
  receive<Request, Response>(
    api: ApiDefinition<Request, Response>,
    version: number,
  ): Promise<{ correlationId: number; body: Response }>
  /** Settles when the other end closed the connection. */
  readonly closed: Promise<void>
}

/** Connects; `target` as for `net.connect`. */
export async function rawClient(target: { port: number; host?: string } | { path: string }): Promise<RawClient> {
  const socket = connect({ noDelay: true, ...target })
  socket.on('error', () => {})
  await once(socket, 'connect')
  return rawClientOf(socket)
}

/** Takes over a connected socket. */
export function rawClientOf(socket: Socket): RawClient {
  socket.on('error', () => {})
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  const frames = framesOf(socket)
  const frame = async () => (await frames.next()).value as Buffer | undefined
  return {
    socket,
    closed,
    frame,
    write: (...pieces) => void socket.write(Buffer.concat(pieces)),
    send(api, version, correlationId, body) {
      const complete = api.request.create(body)
      socket.write(Buffer.concat(encodeRequest(api, version, correlationId, 'raw', complete)))
    },
    async receive(api, version) {
      const bytes = await frame()
      if (bytes === undefined) throw new Error('the connection was closed')
      return decodeResponse(api as unknown as ApiDefinition<unknown, ResponseOf<typeof api>>, version, bytes)
    },
    async [Symbol.asyncDispose]() {
      socket.destroy()
      await closed
    },
  }
}

async function* framesOf(socket: Socket): AsyncGenerator<Buffer, undefined> {
  let bytes = Buffer.alloc(0)
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      bytes = Buffer.concat([bytes, chunk])
      while (bytes.length >= 4 && bytes.length >= 4 + bytes.readInt32BE(0)) {
        const end = 4 + bytes.readInt32BE(0)
        yield bytes.subarray(4, end)
        bytes = bytes.subarray(end)
      }
    }
  } catch {
    // A reset is a close for these tests.
  }
  return undefined
}
