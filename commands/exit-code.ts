import { type ErrorName, isRafkaError } from '../src/index.ts'

/** What a command's end means to a script. */
export const exitCodes = {
  /** Done; also when the reader of a pipe had enough, and when a follow without end was ended. */
  done: 0,
  /** The operation failed, wholly or for one of many. */
  failed: 1,
  /** A wrong flag, argument or configuration, or a question that nobody was there to answer. */
  usage: 2,
  /** No broker was reached, or none lets the client in. */
  unreachable: 3,
  /** Work with an end was cut short by Ctrl-C, or a question was answered so. */
  interrupted: 130,
  /** The same by SIGTERM. */
  terminated: 143,
} as const

/** The exit code that an error ends a command with. */
export function exitCodeOf(error: unknown): number {
  if (isRafkaError(error, 'INVALID_ARGUMENT') || isRafkaError(error, 'INVALID_CONFIGURATION')) return exitCodes.usage
  if (isUnreached(error)) return exitCodes.unreachable
  if (isRafkaError(error, 'CANCELLED') && error.details.interrupted === true) return exitCodes.interrupted
  return exitCodes.failed
}

/** Errors of the way to the brokers: nothing was asked of them yet, or nothing can be any more. */
export function isUnreached(error: unknown): boolean {
  return isRafkaError(error) && ofTheWay.has(error.code)
}

const ofTheWay: ReadonlySet<ErrorName> = new Set<ErrorName>([
  'BROKER_UNREACHABLE',
  'TLS_FAILED',
  'SASL_AUTHENTICATION_FAILED',
  'UNSUPPORTED_SASL_MECHANISM',
  'ILLEGAL_SASL_STATE',
])
