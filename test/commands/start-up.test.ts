import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { builtRafka } from './support/built-rafka.ts'

const RUNS = 7

/** The shortest of some runs, in ms: what the machine was busy with otherwise does not count. */
function shortestRun(words: readonly string[]): number {
  const env = { PATH: process.env.PATH ?? '', HOME: '/nowhere', RAFKA_DATA_DIR: '/nowhere/data' }
  const runs = Array.from({ length: RUNS }, () => {
    const startedAt = performance.now()
    const { status } = spawnSync(process.execPath, [...words], { env })
    expect(status === 0 || status === 1).toBe(true)
    return performance.now() - startedAt
  })
  return Math.min(...runs)
}

const reason = builtRafka === undefined ? ' (skipped: npm run build first)' : ''

test.skipIf(builtRafka === undefined)(
  `a command that needs no broker takes little longer than Node itself${reason}`,
  () => {
    const node = shortestRun(['-e', '0'])
    for (const line of [['version'], ['help'], ['consume', '--help'], ['config', 'check'], ['broker', 'status']]) {
      expect(shortestRun([builtRafka!, ...line]), line.join(' ')).toBeLessThan(node * 2.5)
    }
  },
)
