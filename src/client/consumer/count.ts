import { RafkaError } from '../../core/errors.ts'

const MAX_INT32 = 2 ** 31 - 1

/**
 * Checks an option that goes over the wire as an int32.
 * @throws RafkaError `INVALID_ARGUMENT` naming it
 */
export function count(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least && value <= MAX_INT32) return value
  throw new RafkaError(
    'INVALID_ARGUMENT',
    `${name} is a whole number from ${least} to ${MAX_INT32}; got ${String(value)}`,
  )
}
