import { isRafkaError, RafkaError } from '../core/errors.ts'

/** The error for bytes that are not what the protocol says. */
export function malformed(problem: string): RafkaError {
  return new RafkaError('MALFORMED_MESSAGE', problem)
}

/** The error for a value that the protocol has no form for: a bug of who built the message. */
export function unencodable(type: string, value: unknown): RafkaError {
  return new RafkaError('INVALID_ARGUMENT', `${type} cannot hold ${shown(value)}`)
}

/** `error` with the name of the field in which it happened, put before what was said already. */
export function inField(error: unknown, name: string): unknown {
  if (!isCodecError(error)) return error
  const inner = error.details.field
  const field = inner === undefined ? name : `${name}.${inner}`
  return new RafkaError(error.code, error.message, { details: { field } })
}

/** `error` with the message in which it happened: `Fetch request v12, topics.partitions: …`. */
export function inMessage(error: unknown, message: string): unknown {
  if (!isCodecError(error)) return error
  const { field } = error.details
  const where = field === undefined ? message : `${message}, ${field}`
  return new RafkaError(error.code, `${where}: ${error.message}`, { details: error.details })
}

function isCodecError(error: unknown): error is RafkaError {
  return isRafkaError(error, 'MALFORMED_MESSAGE') || isRafkaError(error, 'INVALID_ARGUMENT')
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `a string of ${value.length} characters`
  if (typeof value === 'object' && value !== null) return 'an object'
  return String(value)
}
