import { mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

const ENOUGH_BYTES = 2 ** 30

/** An empty directory that goes when the test ends; in memory where the system has such a place, so that a thousand fsyncs are quick. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(roomInMemory() ?? tmpdir(), 'rafka-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

function roomInMemory(): string | undefined {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm')
    return bavail * bsize > ENOUGH_BYTES ? '/dev/shm' : undefined
  } catch {
    return undefined
  }
}
