import { cancelled, timedOut } from './connection-errors.ts'

/** What bounds a wait. */
export interface Deadline {
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** For the message: `the answer to Fetch from the embedded broker`. */
  readonly awaited: string
}

/**
 * Runs `work` until it settles, the time is over or the caller gives up; `work`'s own signal fires in the last two cases.
 * @throws RafkaError `REQUEST_TIMED_OUT` or `CANCELLED`, besides what `work` throws
 */
export function withDeadline<T>(deadline: Deadline, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { timeoutMs, signal, awaited } = deadline
  if (signal?.aborted === true) return Promise.reject(cancelled(awaited))
  return new Promise<T>((resolve, reject) => {
    const inner = new AbortController()
    const giveUp = (error: Error) => {
      release()
      inner.abort(error)
      reject(error)
    }
    const onAbort = () => giveUp(cancelled(awaited))
    const timer = setTimeout(() => giveUp(timedOut(awaited, timeoutMs)), Math.min(timeoutMs, MAX_TIMER_MS))
    const release = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    work(inner.signal).then(resolve, reject).finally(release)
  })
}

/** Node's timers hold no more. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** Settles after `delayMs`. @throws RafkaError `CANCELLED` when the signal fires first */
export function pause(delayMs: number, awaited: string, signal?: AbortSignal): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(cancelled(awaited))
      return
    }
    const onAbort = () => {
      clearTimeout(timer)
      reject(cancelled(awaited))
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, delayMs)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
