import type { ConnectionInfo } from '../../core/broker.ts'

/** Where a member is, as Kafka writes it: `/127.0.0.1`. */
export function clientHost({ remoteAddress }: ConnectionInfo): string {
  return `/${remoteAddress}`
}
