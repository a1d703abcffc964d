import { RafkaError } from '../core/errors.ts'

/** The error of a commit of which nothing was kept: `reason` says what was wrong, with the value, and what to do. */
export function refusal(reason: string, cause?: unknown): RafkaError {
  return new RafkaError('KAFKA_STORAGE_ERROR', reason, { cause })
}

/** The error of a call on an engine that was closed. */
export function closedError(engine: string): RafkaError {
  return new RafkaError('CLOSED', `the ${engine} storage engine is closed; open it again`)
}

/** What a system or SQLite error says of itself, for the end of a message. */
export function describeCause(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
