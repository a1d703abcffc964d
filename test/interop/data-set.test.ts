import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const TOTAL_BYTES = 110 * 2 ** 20
const rafka = fileURLToPath(new URL('../../dist/bin/rafka.cjs', import.meta.url))
const sources = ['@types/node', 'typescript', 'better-sqlite3', 'better-sqlite3-12']
  .map((name) => fileURLToPath(new URL(`../../node_modules/${name}/`, import.meta.url)))
  .filter((directory) => existsSync(directory))

/** Text that people wrote: the source code that some packages ship. */
function realText(): Buffer {
  const files = sources.flatMap((source) =>
    readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(d\.ts|[ch])$/.test(name))
      .map((name) => join(source, name)),
  )
  return Buffer.concat(files.flatMap((file) => [readFileSync(file), Buffer.from('\n')]))
}

describe.each(['sqlite', 'memory'] as const)('110 MB of real text on the %s engine', (engine) => {
  it('come back byte for byte through produce and consume', { timeout: 120_000 }, async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'rafka-data-set-'))
    const env = { ...process.env, RAFKA_DATA_DIR: dataDir, RAFKA_STORAGE_TYPE: engine }
    try {
      const text = realText()
      expect(text.length).toBeGreaterThan(2 ** 20)
      const sent = createHash('sha256')
      const producer = spawn(process.execPath, [rafka, 'produce', 'text'], {
        env,
        stdio: ['pipe', 'ignore', 'inherit'],
      })
      for (let bytes = 0; bytes < TOTAL_BYTES; bytes += text.length) {
        sent.update(text)
        if (!producer.stdin.write(text)) await once(producer.stdin, 'drain')
      }
      producer.stdin.end()
      expect(await ended(producer)).toBe(0)

      const received = createHash('sha256')
      const consumer = spawn(process.execPath, [rafka, 'consume', 'text', '-e'], {
        env,
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      consumer.stdout.on('data', (chunk: Buffer) => received.update(chunk))
      expect(await ended(consumer)).toBe(0)
      expect(received.digest('hex')).toBe(sent.digest('hex'))
    } finally {
      await rm(dataDir, { recursive: true })
    }
  })
})

async function ended(child: ChildProcess): Promise<number | null> {
  await once(child, 'close')
  return child.exitCode
}
