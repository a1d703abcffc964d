import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { type Outside, type Ran, runLine } from './run-line.ts'

/** A data directory of each test's own, and a way to run command lines on it. */
export interface Workbench {
  readonly folder: string
  readonly env: Record<string, string>
  run(words: readonly string[], outside?: Outside): Promise<Ran>
}

/** Gives each test of a file a workbench. */
export function useWorkbench(): Workbench {
  const bench = {
    folder: '',
    env: {} as Record<string, string>,
    run(words: readonly string[], outside: Outside = {}) {
      return runLine(words, { cwd: bench.folder, ...outside, env: { ...bench.env, ...outside.env } })
    },
  }
  beforeEach(() => {
    bench.folder = mkdtempSync(join(tmpdir(), 'rafka-cli-'))
    // No test here is about what a crash leaves: waiting for the disk would only take time.
    bench.env = { HOME: bench.folder, RAFKA_DATA_DIR: join(bench.folder, 'data'), RAFKA_STORAGE_DURABILITY: 'none' }
  })
  afterEach(() => rmSync(bench.folder, { recursive: true, force: true }))
  return bench
}
