import { isRafkaError, RafkaError } from '../core/errors.ts'

/** The error for bytes that are not what the protocol says. */
export function malformed(problem: string): RafkaError {
  return new RafkaError('MALFORMED_MESSAGE', problem, { details: {} })
}

/** The error for a value that a type has no form for: a bug of who built the message. */
export function unencodable(type: string, value: unknown): RafkaError {
  return new RafkaError('INVALID_ARGUMENT', `${type} cannot hold ${shown(value)}`, { details: {} })
}

/** The error for null where the version has no form for it. */
export function unencodableNull(type: string): RafkaError {
  return new RafkaError('INVALID_ARGUMENT', `${type} must not be null in this version`, { details: {} })
}

/**
 * Puts the name of a field before the path that `error`, still on its way out of the codec, carries in its details.
 * It changes the error because a new one per level would take a stack trace each, and floods of malformed frames must be cheap.
 */
export function inField(error: unknown, name: string): unknown {
  if (isCodecError(error)) {
    const details = error.details as { field?: string }
    details.field = details.field === undefined ? name : `${name}.${details.field}`
  }
  return error
}

/** `error` with the message in which it happened, and the field: `Fetch request v12, topics.partitions: …`. */
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
