import type { Command } from 'commander'
import type { Admin, ConfigResource } from '../../src/index.ts'
import { wholeNumber } from '../option-values.ts'

/** Which broker's configs. */
export interface BrokerFlags {
  readonly broker?: number
}

/** Adds the flag of `BrokerFlags`. */
export function declareBroker(command: Command, otherwise: string): Command {
  return command.option(
    '--broker <id>',
    `the configs of this broker (default: ${otherwise})`,
    wholeNumber(0, 2 ** 31 - 1),
  )
}

/** A broker whose configs can be read: the named one, else the controller. */
export async function brokerToRead(admin: Admin, { broker }: BrokerFlags): Promise<ConfigResource> {
  if (broker !== undefined) return { type: 'broker', name: String(broker) }
  const { controllerId, brokers } = await admin.describeCluster()
  const known = brokers.some(({ id }) => id === controllerId) ? controllerId : brokers[0]?.id
  return { type: 'broker', name: String(known ?? 0) }
}
