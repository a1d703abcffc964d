/** A timer that was set; `cancel` may be called at any time, also after it fired. */
export interface Timer {
  cancel(): void
}

/**
 * Where the broker gets its time from, so that a test can move it.
 * Nothing else may call `Date.now` or `setTimeout` in the broker.
 */
export interface Clock {
  /** Wall-clock time in ms since 1970: for timestamps, retention and expiry. */
  now(): number
  /** Calls `callback` once after `delayMs` (clamped to 2^31-1, which Node's timers hold). Never keeps the process alive. */
  after(delayMs: number, callback: () => void): Timer
}

const MAX_DELAY_MS = 2 ** 31 - 1

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(delayMs, 0), MAX_DELAY_MS))
    timer.unref()
    return { cancel: () => clearTimeout(timer) }
  },
}

/** A clock that moves only when it is told to: for tests. */
export interface ManualClock extends Clock {
  /** Moves the time forward and fires, in order, each timer that came due on the way. */
  advance(byMs: number): void
}

/** A `ManualClock` that starts at `startMs`. */
export function manualClock(startMs = Date.UTC(2026, 0, 1)): ManualClock {
  let nowMs = startMs
  const timers = new Set<{ dueMs: number; callback: () => void }>()
  return {
    now: () => nowMs,
    after(delayMs, callback) {
      const timer = { dueMs: nowMs + Math.max(delayMs, 0), callback }
      timers.add(timer)
      return { cancel: () => timers.delete(timer) }
    },
    advance(byMs) {
      const endMs = nowMs + byMs
      for (;;) {
        const due = [...timers].filter((timer) => timer.dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs)[0]
        if (due === undefined) break
        timers.delete(due)
        nowMs = due.dueMs
        due.callback()
      }
      nowMs = endMs
    },
  }
}
