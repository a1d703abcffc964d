import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connect } from '../../src/index.ts'
import { lowPort, startKillable } from '../support/killable-broker.ts'

const DISK_MB = 24

/** Whether this process may mount a small disk to fill. */
const canMount = (() => {
  const probe = mkdtempSync(join(tmpdir(), 'rafka-mount-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', probe]).status === 0
  if (mounted) spawnSync('umount', [probe])
  rmSync(probe, { recursive: true })
  return mounted
})()

describe.runIf(canMount).each(['sqlite', 'memory'] as const)(
  'a broker on the %s engine whose disk is full',
  (engine) => {
    let disk: string
    beforeEach(() => {
      disk = mkdtempSync(join(tmpdir(), 'rafka-disk-'))
      expect(spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'tmpfs', disk]).status).toBe(0)
    })
    afterEach(() => {
      spawnSync('umount', [disk])
      rmSync(disk, { recursive: true })
    })

    it('refuses producers, serves readers, and takes records again when there is room', {
      timeout: 60_000,
    }, async () => {
      const filler = join(disk, 'filler')
      await writeFile(filler, Buffer.alloc((DISK_MB - 8) * 2 ** 20))
      const port = await lowPort()
      const broker = await startKillable({ dataDir: join(disk, 'data'), port, engine })
      const client = await connect({ brokers: [`127.0.0.1:${port}`] })
      const producer = client.producer({ deliveryTimeoutMs: 2_000, lingerMs: 0 })
      const value = Buffer.alloc(200_000, 'x')
      const acknowledged: number[] = []
      let refused: unknown
      while (refused === undefined) {
        await producer.send({ topic: 'full', partition: 0, value }).then(
          ({ offset }) => acknowledged.push(offset),
          (error) => {
            refused = error
          },
        )
      }
      expect(refused).toMatchObject({ message: expect.stringContaining('KAFKA_STORAGE_ERROR') })
      expect(await readOffsets(client)).toEqual(acknowledged)

      await rm(filler)
      const again = client.producer({ deliveryTimeoutMs: 20_000, lingerMs: 0 })
      acknowledged.push((await again.send({ topic: 'full', partition: 0, value })).offset)
      expect(await readOffsets(client)).toEqual(acknowledged)
      await client.close()
      expect(await broker.stop()).toBe(0)
    })
  },
)

async function readOffsets(client: Awaited<ReturnType<typeof connect>>): Promise<number[]> {
  const offsets = []
  for await (const { offset } of client.consumer({ topics: ['full'], to: 'end' })) offsets.push(offset)
  return offsets
}
