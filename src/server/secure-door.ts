import type { ServerOpts, Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Logger } from '../core/log.ts'
import type { Accept, Door } from './door.ts'
import { createTlsServer, handshakeFailure, type ListenerTls, principalOf } from './tls.ts'

/** Whoever has done the handshake of TLS is in. @throws what `createTlsServer` throws */
export function secureDoor(options: ServerOpts, tls: ListenerTls, handshakeTimeoutMs: number, log: Logger): Door {
  // Half a handshake leads nowhere; only who is in may end one direction and wait for answers in the other.
  const server = createTlsServer({ ...options, allowHalfOpen: false }, tls, handshakeTimeoutMs)
  /** By the other end: the socket that speaks TLS is another one than the socket below it. */
  const underWay = new Map<string, Socket>()
  return {
    server,
    open(listener: string, accept: Accept) {
      const fieldsOf = ({ remoteAddress }: Socket) => ({ from: remoteAddress ?? 'unknown', listener })
      server.on('connection', (socket: Socket) => {
        const end = otherEnd(socket)
        underWay.set(end, socket)
        socket.once('close', () => {
          if (underWay.get(end) === socket) underWay.delete(end)
        })
      })
      server.on('secureConnection', (socket: TLSSocket) => {
        underWay.delete(otherEnd(socket))
        socket.allowHalfOpen = options.allowHalfOpen ?? false
        try {
          accept(socket, principalOf(socket))
        } catch (error) {
          log('warn', `closed: ${error instanceof Error ? error.message : String(error)}`, fieldsOf(socket))
          socket.destroy()
        }
      })
      server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
        const reason = handshakeFailure(error, socket)
        log(reason === undefined ? 'debug' : 'warn', `closed: ${reason ?? error.message}`, fieldsOf(socket))
        socket.destroy()
      })
    },
    end() {
      for (const socket of underWay.values()) socket.destroy()
    },
  }
}

function otherEnd({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
