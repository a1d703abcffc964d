import { expect, test } from 'vitest'
import { boundedLog } from '../../src/server/bounded-log.ts'

test('a flood of lines is cut to ten in ten seconds, and the next line tells how many were left out', () => {
  const lines: string[] = []
  let nowMs = 1_000
  const log = boundedLog(
    (_level, message) => lines.push(message),
    () => nowMs,
  )
  for (let line = 0; line < 1_000; line += 1) log('warn', `line ${line}`)
  expect(lines).toHaveLength(10)
  nowMs += 10_000
  log('warn', 'later')
  expect(lines.slice(10)).toEqual(['990 more lines about connections were left out', 'later'])
})

test('errors are never left out', () => {
  const lines: string[] = []
  const log = boundedLog((_level, message) => lines.push(message))
  for (let line = 0; line < 100; line += 1) log('error', `bug ${line}`)
  expect(lines).toHaveLength(100)
})
