import type { ClientSasl } from '../../core/client-security.ts'
import { isRafkaError, RafkaError } from '../../core/errors.ts'
import { reasonOf } from '../connection-errors.ts'
import type { Dialer, NodeAddress, Transport } from '../transport.ts'
import { parseBrokerAddress } from './broker-address.ts'
import { describeTarget } from './open-socket.ts'
import type { SecureSocket } from './secure-socket.ts'
import { type HangUp, socketTransport } from './socket-transport.ts'

/** A Kafka cluster on the network. */
export interface TcpDialerOptions {
  /** `host:port` of at least one broker: the others are found through it. */
  readonly brokers: readonly string[]
  readonly clientId?: string | undefined
  /** For one connection, in ms; default 10,000. */
  readonly connectTimeoutMs?: number | undefined
  /** Left out: no TLS. */
  readonly secure?: SecureSocket | undefined
  /** Left out: no SASL. */
  readonly sasl?: ClientSasl | undefined
}

/**
 * Connects over TCP.
 * @throws RafkaError `INVALID_ARGUMENT` when an address cannot be read, or there is none
 */
export function tcpDialer({ brokers, clientId = 'rafka', ...options }: TcpDialerOptions): Dialer {
  const addresses = brokers.map(parseBrokerAddress)
  if (addresses.length === 0) {
    throw new RafkaError('INVALID_ARGUMENT', 'no broker was named; give at least one host:port')
  }
  const hangUps = new Map<string, HangUp>()
  const open = (target: NodeAddress, signal: AbortSignal | undefined) => {
    const where = describeTarget(target)
    const hungUp = hangUps.get(where)
    hangUps.delete(where)
    const onHungUp = (when: HangUp) => void hangUps.set(where, when)
    return socketTransport({ ...options, target, clientId, signal, hungUp, onHungUp })
  }
  return {
    single: false,
    describe: () => addresses.map(describeTarget).join(', '),
    dial: (address, signal) =>
      address === 'bootstrap' ? firstOf(addresses, (each) => open(each, signal), signal) : open(address, signal),
  }
}

/**
 * One after the other, beginning anywhere, so that clients spread over the brokers. Certificates are each broker's own, but who is not let in by one
 * is not let in by any.
 * @throws RafkaError `TLS_FAILED` when a broker was there and that was why it could not be talked to, else `BROKER_UNREACHABLE`; and what else `open` throws
 */
async function firstOf(
  addresses: readonly NodeAddress[],
  open: (address: NodeAddress) => Promise<Transport>,
  signal: AbortSignal | undefined,
): Promise<Transport> {
  const start = Math.floor(Math.random() * addresses.length)
  const failures: RafkaError[] = []
  for (let step = 0; step < addresses.length; step += 1) {
    const address = addresses[(start + step) % addresses.length]
    if (address === undefined) break
    try {
      return await open(address)
    } catch (error) {
      if (signal?.aborted === true) throw error
      if (!isRafkaError(error, 'BROKER_UNREACHABLE') && !isRafkaError(error, 'TLS_FAILED')) throw error
      failures.push(error)
    }
  }
  const insecure = failures.find(({ code }) => code === 'TLS_FAILED')
  if (insecure !== undefined) throw insecure
  throw new RafkaError('BROKER_UNREACHABLE', failures.map(reasonOf).join('; '), { cause: failures[0] })
}
