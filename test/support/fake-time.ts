import { onTestFinished, vi } from 'vitest'

/** From now on time moves only when the test moves it, until the test ends. */
export function fakeTime(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] })
  onTestFinished(() => void vi.useRealTimers())
}

/** Moves the time forward until `promise` settles: what it does depends on no real clock. */
export async function inFakeTime<T>(promise: Promise<T>, stepMs = 10): Promise<T> {
  let settled = false
  const done = () => {
    settled = true
  }
  promise.then(done, done)
  while (!settled) await vi.advanceTimersByTimeAsync(stepMs)
  return promise
}
