import { X509Certificate } from 'node:crypto'
import type { ServerOpts } from 'node:net'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import { RafkaError } from '../core/errors.ts'
import { anonymous } from '../core/sasl.ts'

/** What a listener needs to speak TLS, all of it as PEM. */
export interface ListenerTls {
  /** The certificate, and those that lead from it to one that clients trust. */
  readonly cert: string | Buffer
  readonly key: string | Buffer
  readonly passphrase?: string | undefined
  /** Who signs the certificates of clients. */
  readonly ca?: string | Buffer | undefined
  /** Whether a client must show a certificate: Kafka's `ssl.client.auth`. Default: required with a `ca`, else none. */
  readonly clientAuth?: 'none' | 'requested' | 'required' | undefined
}

/**
 * A server whose `secureConnection` sockets speak TLS 1.2 or 1.3.
 * @throws RafkaError `INVALID_ARGUMENT` when a certificate or key cannot be used
 */
export function createTlsServer(options: ServerOpts, tls: ListenerTls, handshakeTimeoutMs: number): Server {
  const clientAuth = clientAuthOf(tls)
  if (clientAuth !== 'none' && tls.ca === undefined) {
    throw new RafkaError('INVALID_ARGUMENT', 'certificates of clients are asked for, and no ca says which to trust')
  }
  const { cert, key, passphrase, ca } = tls
  try {
    return createServer({
      ...options,
      cert,
      key,
      ...(passphrase === undefined ? {} : { passphrase }),
      ...(ca === undefined ? {} : { ca }),
      minVersion: 'TLSv1.2',
      requestCert: clientAuth !== 'none',
      rejectUnauthorized: clientAuth === 'required',
      handshakeTimeout: handshakeTimeoutMs,
    })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new RafkaError('INVALID_ARGUMENT', `the certificate or key of the listener cannot be used: ${reason}`, {
      cause,
    })
  }
}

/**
 * Who a client is by its certificate, as Kafka writes it: `User:` and the subject's distinguished name (RFC 2253); anonymous without one.
 * @throws RafkaError `TLS_FAILED` when it has one that is not to be trusted
 */
export function principalOf(socket: TLSSocket): string {
  const { raw } = socket.getPeerCertificate()
  if (raw === undefined) return anonymous
  if (socket.authorized) return `User:${distinguishedName(new X509Certificate(raw))}`
  throw new RafkaError('TLS_FAILED', notTrusted(socket))
}

/** Why a handshake failed, in words; undefined: the client just went. */
export function handshakeFailure(error: NodeJS.ErrnoException, socket: TLSSocket): string | undefined {
  const code = error.code ?? ''
  // Node has just closed the connection for it.
  if (socket.authorizationError) return notTrusted(socket)
  if (code === 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE') return 'the client showed no certificate'
  if (code === 'ECONNRESET' || code === 'EPIPE') return undefined
  if (code === 'ERR_TLS_HANDSHAKE_TIMEOUT') return 'the handshake of TLS took too long'
  if (NOT_TLS.has(code)) return 'the client speaks no TLS, and this listener nothing else'
  return `the handshake of TLS failed: ${error.message}`
}

function notTrusted({ authorizationError }: TLSSocket): string {
  return `the certificate of the client is not to be trusted: ${authorizationError}`
}

const NOT_TLS = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_HTTP_REQUEST',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_BAD_RECORD_TYPE',
  'ERR_SSL_UNSUPPORTED_PROTOCOL',
])

function clientAuthOf({ clientAuth, ca }: ListenerTls): 'none' | 'requested' | 'required' {
  return clientAuth ?? (ca === undefined ? 'none' : 'required')
}

/** Node gives the parts in the certificate's order, a line each; RFC 2253 wants the last first. */
function distinguishedName({ subject }: X509Certificate): string {
  return subject.split('\n').reverse().join(',')
}
