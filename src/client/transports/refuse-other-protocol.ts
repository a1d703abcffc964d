import { isRafkaError, RafkaError } from '../../core/errors.ts'
import { apiVersions } from '../../protocol/apis/api-versions.ts'
import type { NodeAddress } from '../transport.ts'
import { describeTarget, type OpenSocketOptions, openSocket } from './open-socket.ts'
import { PipelinedConnection } from './pipelined-connection.ts'

/** Who is there answers at once. */
const PROBE_MS = 2_000
const MAX_RESPONSE_BYTES = 64 * 1024

/**
 * Finds out why a listener hung up without an answer: because it speaks TLS and the client does not, or the other way round. Nothing is told to it but
 * that somebody is there.
 * @throws RafkaError `TLS_FAILED` when that is why
 */
export async function refuseOtherProtocol(
  target: NodeAddress,
  { signal, secure }: Pick<OpenSocketOptions, 'signal' | 'secure'>,
): Promise<void> {
  const where = describeTarget(target)
  if (secure === undefined) {
    if (!(await speaksTls(target, signal))) return
    throw new RafkaError('TLS_FAILED', `${where} speaks TLS; set security.protocol to ssl (sasl_ssl with SASL)`)
  }
  if (!(await speaksPlaintext(target, signal))) return
  const words = 'set security.protocol to plaintext (sasl_plaintext with SASL), or name its TLS listener'
  throw new RafkaError('TLS_FAILED', `${where} speaks no TLS; ${words}`)
}

async function speaksTls(target: NodeAddress, signal: AbortSignal | undefined): Promise<boolean> {
  const { securing } = await import('./secure-socket.ts')
  try {
    // Its certificate does not matter: nothing is said.
    const secure = securing({ verify: false })
    const socket = await openSocket(target, { timeoutMs: PROBE_MS, signal, secure })
    // Not before the handshake is whole: the other end would wait for the rest of it.
    socket.destroySoon()
    return true
  } catch (error) {
    if (isRafkaError(error)) return false
    throw error
  }
}

async function speaksPlaintext(target: NodeAddress, signal: AbortSignal | undefined): Promise<boolean> {
  let connection: PipelinedConnection | undefined
  try {
    const socket = await openSocket(target, { timeoutMs: PROBE_MS, signal })
    connection = new PipelinedConnection(socket, describeTarget(target), '', MAX_RESPONSE_BYTES)
    await connection.request(apiVersions, 0, apiVersions.request.create({}), { timeoutMs: PROBE_MS, signal })
    return true
  } catch (error) {
    if (isRafkaError(error)) return false
    throw error
  } finally {
    connection?.close()
  }
}
