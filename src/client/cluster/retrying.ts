import { RafkaError } from '../../core/errors.ts'
import { isRetriable } from '../../protocol/error-codes.ts'
import { type BackoffBounds, backoffMs, retryBackoff } from '../backoff.ts'
import { pause } from '../deadline.ts'

/** What bounds an operation with all its attempts. */
export interface RetryBounds {
  /** For messages: `the leader of orders-0`. */
  readonly awaited: string
  /** For all attempts together, in ms. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** Between attempts; default `retryBackoff`. */
  readonly backoff?: BackoffBounds | undefined
}

/**
 * Attempts an operation until it succeeds, fails for good or the time is over.
 * @param attempt is told how many ms are left
 * @param goOn says whether to try again after an error; default: when Kafka's clients would
 * @throws what the last attempt threw; when the time was over, with a message that says what was waited for
 */
export async function retrying<T>(
  bounds: RetryBounds,
  attempt: (remainingMs: number) => Promise<T>,
  goOn: (error: RafkaError) => boolean = isWorthRetrying,
): Promise<T> {
  const { awaited, timeoutMs, signal, backoff = retryBackoff } = bounds
  const endsAt = performance.now() + timeoutMs
  let unreachable: RafkaError | undefined
  for (let failures = 1; ; failures += 1) {
    const remainingMs = Math.max(1, endsAt - performance.now())
    try {
      return await attempt(remainingMs)
    } catch (error) {
      if (!(error instanceof RafkaError) || !goOn(error)) throw error
      if (error.code === 'BROKER_UNREACHABLE') unreachable = error
      const delayMs = backoffMs(backoff, failures)
      if (performance.now() + delayMs >= endsAt)
        throw gaveUp(awaited, timeoutMs, remainingMs < SHORT_MS ? reasonOf(error, unreachable) : error)
      await pause(delayMs, awaited, signal)
    }
  }
}

/** An attempt with less time than this may be too short to learn what the one before it did, in ms. */
const SHORT_MS = 1000

function reasonOf(last: RafkaError, unreachable: RafkaError | undefined): RafkaError {
  return last.code === 'REQUEST_TIMED_OUT' ? (unreachable ?? last) : last
}

/** Key in an error's details: the cluster itself says that what was asked for does not exist, so asking again is no use. */
export const absent = 'absent'

/** True for errors that may be gone at the next attempt: Kafka's retriable ones, and those of the way to the broker. */
export function isWorthRetrying(error: RafkaError): boolean {
  return (error.code === 'BROKER_UNREACHABLE' || isRetriable(error.code)) && error.details[absent] !== true
}

/** The last error of an operation whose time is over, saying what was waited for. */
export function gaveUp(awaited: string, timeoutMs: number, last: RafkaError): RafkaError {
  const ms = Math.round(timeoutMs)
  // That nobody answers, and where, says all: whatever was awaited was awaited from there.
  const isUnreachable = last.code === 'BROKER_UNREACHABLE'
  const message = isUnreachable
    ? `${last.message} (tried for ${ms / 1000} s)`
    : `gave up on ${awaited} after ${ms} ms: ${last.message}`
  return new RafkaError(last.code, message, {
    cause: last,
    details: last.details,
  })
}
