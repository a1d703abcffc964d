/** A feature of a cluster that its brokers agreed on (KIP-584): here, what this broker can do, and always does. */
export interface Feature {
  readonly name: string
  readonly minVersion: number
  readonly maxVersion: number
}

/**
 * Every feature that clients are told of. `group.version` 1: groups of the new protocol (KIP-848). `transaction.version` 2: each end of a transaction raises the
 * epoch (KIP-890).
 */
export const features: readonly Feature[] = [
  { name: 'group.version', minVersion: 0, maxVersion: 1 },
  { name: 'transaction.version', minVersion: 0, maxVersion: 2 },
]

/** Grows with every change of what is agreed on; here nothing ever changes. */
export const FEATURES_EPOCH = 0
