import { isIP } from 'node:net'
import type { ListenerConfig } from '../../config/listener-list.ts'
import type { Admin, Logger } from '../../src/index.ts'

/**
 * Says what is likely to be regretted: passwords that cross a network as they are, and listeners that nobody can get in at.
 * `addresses` are those that the listeners are bound to.
 */
export async function warnOfListeners(
  listeners: readonly ListenerConfig[],
  addresses: readonly string[],
  admin: Admin,
  logger: Logger,
): Promise<void> {
  for (const [index, listener] of listeners.entries()) {
    if (listener.sasl?.includes('PLAIN') === true && listener.tls === undefined && !isLoopback(listener.host)) {
      logger(
        'warn',
        `${addresses[index]} takes passwords with plain and speaks no TLS: who sees the network sees them; use scram-sha-256, or tls`,
      )
    }
  }
  const asked = listeners.some(({ sasl = [] }) => sasl.length > 0)
  if (asked && (await admin.describeUsers()).length === 0) {
    logger('warn', 'clients must say who they are, and there are no users yet: rafka users create NAME')
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}
