import { isRafkaError, RafkaError } from '../core/errors.ts'
import { reasonOf } from './connection-errors.ts'

/** Whatever was thrown, as a `RafkaError`: what is not one already is unexpected. */
export function clientError(error: unknown): RafkaError {
  if (isRafkaError(error)) return error
  return new RafkaError('UNKNOWN_SERVER_ERROR', `the client failed unexpectedly: ${reasonOf(error)}`, { cause: error })
}
