import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { rafkaPath, run } from './processes.ts'

const LITTLE_BYTES = 32 * 2 ** 20
const LOOK_EVERY_MS = 50
const MAX_LOOKS = 600

/**
 * Deletes topics of a broker, and waits until it has given the room of their large commits back. (Pages inside the database stay, and are used again.)
 * @throws Error when more than 32 MiB are still there after half a minute
 */
export async function deleteTopics(brokers: string, dataDir: string, topics: readonly string[]): Promise<void> {
  await run(process.execPath, [rafkaPath, 'topics', 'delete', '--yes', '-b', brokers, ...topics])
  const files = join(dataDir, 'rafka.db-batches')
  for (let look = 0; bytesIn(files) > LITTLE_BYTES; look++) {
    if (look > MAX_LOOKS) throw new Error(`${files} still has ${bytesIn(files)} bytes`)
    await setTimeout(LOOK_EVERY_MS)
  }
}

function bytesIn(directory: string): number {
  const sizes = readdirSync(directory, { recursive: true, encoding: 'utf8' }).map(
    (name) => statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0,
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
