import { isIP, type Socket } from 'node:net'
import { connect, createSecureContext, type SecureContext } from 'node:tls'
import type { ClientTls } from '../../core/client-security.ts'
import { RafkaError } from '../../core/errors.ts'
import { reasonOf } from '../connection-errors.ts'
import type { NodeAddress } from '../transport.ts'
import { describeTarget } from './open-socket.ts'
import { tlsFailure } from './tls-failure.ts'

/** Speaks TLS over a socket that is connected. @throws RafkaError `TLS_FAILED`; another error when the socket goes */
export type SecureSocket = (socket: Socket, target: NodeAddress) => Promise<Socket>

/**
 * A client of TLS 1.2 or 1.3, for any number of connections.
 * @throws RafkaError `INVALID_ARGUMENT` when a certificate or key cannot be used
 */
export function securing(tls: ClientTls): SecureSocket {
  const secureContext = contextOf(tls)
  return (socket, target) => {
    const name = tls.serverName ?? target.host
    const secured = connect({
      socket,
      secureContext,
      host: name,
      // There are no names for addresses (RFC 6066).
      ...(isIP(name) === 0 ? { servername: name } : {}),
      rejectUnauthorized: tls.verify !== false,
    })
    return new Promise((resolve, reject) => {
      secured.once('secureConnect', () => resolve(secured))
      secured.on('error', (error) => reject(tlsFailure(describeTarget(target), error) ?? closedEarly(error)))
      secured.once('close', () => reject(closedEarly()))
    })
  }
}

function contextOf({ ca, cert, key, passphrase }: ClientTls): SecureContext {
  if ((cert === undefined) !== (key === undefined)) {
    throw new RafkaError('INVALID_ARGUMENT', 'a certificate of the client goes with its key: give both, or neither')
  }
  try {
    return createSecureContext({
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(passphrase === undefined ? {} : { passphrase }),
      minVersion: 'TLSv1.2',
    })
  } catch (cause) {
    throw new RafkaError('INVALID_ARGUMENT', `a certificate or key for TLS cannot be used: ${reasonOf(cause)}`, {
      cause,
    })
  }
}

/** It may be on its way down; that it does not know TLS is only one of the reasons. */
function closedEarly(cause?: Error): Error {
  const words =
    'it hung up in the middle of the handshake of TLS; if it speaks none, set security.protocol to plaintext'
  return new Error(words, { cause })
}
