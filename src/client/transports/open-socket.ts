import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { isRafkaError } from '../../core/errors.ts'
import { unreachable } from '../connection-errors.ts'
import { withDeadline } from '../deadline.ts'
import type { NodeAddress } from '../transport.ts'
import type { SecureSocket } from './secure-socket.ts'

/** Where a socket goes: a TCP port, or the path of a local socket. */
export type SocketTarget = NodeAddress | { readonly path: string }

/** How to open one. */
export interface OpenSocketOptions {
  /** For the connection, TLS with it. */
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
  /** Left out: no TLS. */
  readonly secure?: SecureSocket | undefined
}

/** The target, for messages. */
export function describeTarget(target: SocketTarget): string {
  if ('path' in target) return target.path
  return target.host.includes(':') ? `[${target.host}]:${target.port}` : `${target.host}:${target.port}`
}

/**
 * Connects.
 * @throws RafkaError `BROKER_UNREACHABLE`, also when it takes longer than `timeoutMs`; `TLS_FAILED`; `CANCELLED` by the signal
 */
export async function openSocket(
  target: SocketTarget,
  { timeoutMs, signal, secure }: OpenSocketOptions,
): Promise<Socket> {
  const where = describeTarget(target)
  const socket = connect({ ...target, noDelay: true, keepAlive: true })
  try {
    return await withDeadline({ timeoutMs, signal, awaited: `a connection to ${where}` }, async () => {
      await once(socket, 'connect')
      return secure === undefined || 'path' in target ? socket : await secure(socket, target)
    })
  } catch (error) {
    socket.destroy()
    // A second error event after the first must not end the process.
    socket.on('error', () => {})
    if (signal?.aborted === true || isRafkaError(error, 'TLS_FAILED')) throw error
    throw unreachable(where, error)
  }
}
