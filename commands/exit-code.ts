import { isRafkaError } from '../src/index.ts'

/** What a command's end means to a script. */
export const exitCodes = {
  /** Done; also when the reader of a pipe had enough, and when a follow without end was ended. */
  done: 0,
  /** The operation failed, wholly or for one of many. */
  failed: 1,
  /** A wrong flag, argument or configuration, or a question that nobody was there to answer. */
  usage: 2,
  /** No broker was reached. */
  unreachable: 3,
  /** Work with an end was cut short by Ctrl-C. */
  interrupted: 130,
  /** The same by SIGTERM. */
  terminated: 143,
} as const

/** The exit code that an error ends a command with. */
export function exitCodeOf(error: unknown): number {
  if (isRafkaError(error, 'INVALID_ARGUMENT') || isRafkaError(error, 'INVALID_CONFIGURATION')) return exitCodes.usage
  if (isRafkaError(error, 'BROKER_UNREACHABLE')) return exitCodes.unreachable
  return exitCodes.failed
}
