import { RafkaError } from '../core/errors.ts'

/** Nobody answered at this place. */
export function unreachable(where: string, cause: unknown): RafkaError {
  return new RafkaError('BROKER_UNREACHABLE', `no broker answers at ${where}: ${reasonOf(cause)}`, { cause })
}

/**
 * The connection went while an answer was awaited, or before it could be asked for.
 * @param hint what may be behind it, where nothing was answered at all
 */
export function connectionLost(where: string, cause?: unknown, hint?: string): RafkaError {
  const what = cause === undefined ? 'the other end closed it' : reasonOf(cause)
  const reason = hint === undefined ? what : `${what} before the first answer; ${hint}`
  return new RafkaError('NETWORK_EXCEPTION', `the connection to ${where} was lost: ${reason}`, { cause })
}

/** No answer in time. `awaited` says what was waited for: `the answer to Fetch v12 from localhost:9092`. */
export function timedOut(awaited: string, timeoutMs: number, cause?: unknown): RafkaError {
  return new RafkaError('REQUEST_TIMED_OUT', `waited ${Math.round(timeoutMs)} ms for ${awaited}`, {
    cause,
    details: { timeoutMs: Math.round(timeoutMs) },
  })
}

/** The caller gave up. */
export function cancelled(awaited: string): RafkaError {
  return new RafkaError('CANCELLED', `cancelled while waiting for ${awaited}`)
}

/** Used after its end. */
export function closedError(what: string): RafkaError {
  return new RafkaError('CLOSED', `${what} is closed; make a new one to go on`)
}

/** Whatever was thrown, in a few words: Node's AggregateError (both of localhost's addresses refused) has no message of its own. */
export function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.message === '') return cause.errors.map(reasonOf).join(', ')
  return cause instanceof Error ? cause.message : String(cause)
}
