import { isIPv6 } from 'node:net'
import { RafkaError } from '../../core/errors.ts'
import type { NodeAddress } from '../transport.ts'

/** Kafka's port. */
const defaultPort = 9092

/**
 * Reads `host`, `host:port`, `[ipv6]`, `[ipv6]:port` or a bare IPv6 address; an optional `PLAINTEXT://` in front is ignored.
 * @throws RafkaError `INVALID_ARGUMENT`
 */
export function parseBrokerAddress(text: string): NodeAddress {
  const address = text.trim().replace(/^plaintext:\/\//i, '')
  const match = /^(?:\[([0-9a-f:.%\w]+)\]|([^\s:/[\]]+))(?::(\d{1,5}))?$/i.exec(address)
  if (match === null) {
    if (isIPv6(address)) return { host: address, port: defaultPort }
    throw invalid(text)
  }
  const host = match[1] ?? match[2] ?? ''
  const port = match[3] === undefined ? defaultPort : Number(match[3])
  if (port < 1 || port > 65_535) throw invalid(text)
  return { host, port }
}

function invalid(text: string): RafkaError {
  return new RafkaError(
    'INVALID_ARGUMENT',
    `"${text}" is not the address of a broker; write host:port, for example localhost:9092 or [::1]:9092`,
  )
}
