import type { Broker } from '../../core/broker.ts'
import type { Dialer } from '../transport.ts'
import { embeddedBroker, inProcessTransport } from './in-process-transport.ts'

/** "Connects" to a broker in this process: every node of its cluster is this broker. */
export function brokerDialer(broker: Broker, clientId = 'rafka'): Dialer {
  return {
    single: true,
    describe: () => embeddedBroker,
    dial: async () => inProcessTransport(broker, clientId),
  }
}
