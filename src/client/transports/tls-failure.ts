import { RafkaError } from '../../core/errors.ts'

/** What Node and OpenSSL tell of a failure. */
interface TlsError extends Error {
  readonly code?: string
  readonly reason?: string
}

const unknownAuthority = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
  'INVALID_CA',
])

const otherCertificateErrors = new Set([
  'CERT_CHAIN_TOO_LONG',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'HOSTNAME_MISMATCH',
])

/** What was read is no TLS. */
const notTls = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_BAD_RECORD_TYPE',
  'ERR_SSL_UNEXPECTED_MESSAGE',
  'ERR_SSL_RECORD_LAYER_FAILURE',
])

/** A failure of TLS in words that say what to do; undefined when `error` is none. */
export function tlsFailure(where: string, error: TlsError): RafkaError | undefined {
  const words = wordsFor(error)
  return words === undefined
    ? undefined
    : new RafkaError('TLS_FAILED', `no TLS with ${where}: ${words}`, { cause: error })
}

function wordsFor({ code = '', reason, message }: TlsError): string | undefined {
  if (code === 'DEPTH_ZERO_SELF_SIGNED_CERT') {
    return 'its certificate is signed by itself; if it is the right one, set tls.ca to a file with it'
  }
  if (unknownAuthority.has(code)) {
    return 'its certificate is not signed by anybody who is trusted here; set tls.ca to the certificate of the authority that signed it'
  }
  if (code === 'CERT_HAS_EXPIRED')
    return 'its certificate has expired and has to be renewed, or the clock here is wrong'
  if (code === 'CERT_NOT_YET_VALID') return 'its certificate is not valid yet, or the clock here is wrong'
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `its certificate is for another name (${reason ?? message}); connect by that name, or set tls.server_name to it`
  }
  if (otherCertificateErrors.has(code)) return `its certificate is not accepted: ${message}`
  if (!code.startsWith('ERR_SSL_')) return undefined
  if (notTls.has(code)) {
    return 'what answers is not TLS; set security.protocol to plaintext (sasl_plaintext with SASL), or name the port of its TLS listener'
  }
  return alertWords(code) ?? `${reason ?? message}`
}

/** What the other end has to say before it hangs up (RFC 8446, section 6). */
function alertWords(code: string): string | undefined {
  if (!code.includes('ALERT')) return undefined
  if (
    /CERTIFICATE_REQUIRED|BAD_CERTIFICATE|HANDSHAKE_FAILURE|CERTIFICATE_UNKNOWN|UNKNOWN_CA|ACCESS_DENIED/.test(code)
  ) {
    return `it wants a certificate of the client, or does not take the one it got (${alertOf(code)}); set tls.cert and tls.key to one that it trusts`
  }
  if (/CERTIFICATE_(EXPIRED|REVOKED)/.test(code))
    return `it does not take the certificate in tls.cert: ${alertOf(code)}`
  if (code.includes('PROTOCOL_VERSION')) return 'it knows neither version 1.2 nor 1.3'
  return undefined
}

/** `ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED`: certificate required. */
function alertOf(code: string): string {
  return code
    .replace(/^.*ALERT_/, '')
    .replaceAll('_', ' ')
    .toLowerCase()
}
