import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { showCounts } from '../../../commands/output/show-counts.ts'
import type { Terminal } from '../../../commands/output/terminal.ts'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

/** What is shown of something that lasts three seconds, with so much in each of them, and then goes on as slowly as can be. */
function shownOf(records: number, bytes: number, hasReader = true): string[] {
  const shown: string[] = []
  const terminal = { hasReader, status: (text: string) => shown.push(text) } as unknown as Terminal
  const startMs = performance.now()
  const seconds = () => Math.min(3, (performance.now() - startMs) / 1000)
  {
    using _counts = showCounts(terminal, () => ({
      records: Math.floor(records * seconds()),
      bytes: Math.floor(bytes * seconds()),
    }))
    vi.advanceTimersByTime(3000)
    vi.advanceTimersByTime(600_000)
  }
  return shown
}

test('what goes fast is counted from the first second on, also when it becomes slow, and the line goes at the end', () => {
  const shown = shownOf(1000, 10_000)
  expect(shown[0]).toMatch(/^1,000 records {2}9\.8 KiB {2}1,000\/s$/)
  expect(shown.at(-2)).toMatch(/^3,000 records .* 5\/s$/)
  expect(shown.at(-1)).toBe('')
})

test('so are few records that are large', () => {
  expect(shownOf(10, 1_000_000)[0]).toMatch(/^10 records/)
})

test('what comes slower than one could read it is not, nor anything without a reader', () => {
  expect(shownOf(2, 200)).toEqual([])
  expect(shownOf(1000, 10_000, false)).toEqual([])
})
