import { connect, type Socket } from 'node:net'
import { unreachable } from '../connection-errors.ts'
import { withDeadline } from '../deadline.ts'

/** Where a socket goes: a TCP port, or the path of a local socket. */
export type SocketTarget = { readonly host: string; readonly port: number } | { readonly path: string }

/** The target, for messages. */
export function describeTarget(target: SocketTarget): string {
  if ('path' in target) return target.path
  return target.host.includes(':') ? `[${target.host}]:${target.port}` : `${target.host}:${target.port}`
}

/**
 * Connects.
 * @throws RafkaError `BROKER_UNREACHABLE`, also when it takes longer than `timeoutMs`; `CANCELLED` by the signal
 */
export async function openSocket(
  target: SocketTarget,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Socket> {
  const where = describeTarget(target)
  const socket = connect({ ...target, noDelay: true, keepAlive: true })
  try {
    await withDeadline(
      { timeoutMs, signal, awaited: `a connection to ${where}` },
      () =>
        new Promise<void>((resolve, reject) => {
          socket.once('connect', resolve)
          socket.once('error', reject)
        }),
    )
    return socket
  } catch (error) {
    socket.destroy()
    // A second error event after the first must not end the process.
    socket.on('error', () => {})
    if (signal?.aborted === true) throw error
    throw unreachable(where, error)
  }
}
