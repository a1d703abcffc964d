import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type Rafka } from '../../src/index.ts'
import { lowPort, startKillable } from './killable-broker.ts'

const TOPIC = 'killed'
const OUTSTANDING = 300
const MAX_ACKS_PER_ROUND = 2000

export interface KillOptions {
  readonly engine: 'sqlite' | 'memory'
  readonly rounds: number
  /** Of each record, at least; left out: a few. */
  readonly valueBytes?: number
  /** Told after each round. */
  readonly onRound?: (round: number, acknowledged: number) => void
}

export interface KillOutcome {
  readonly acknowledged: number
  readonly stored: number
}

/**
 * Kills a broker again and again under load from one idempotent producer with acks=all, and holds what is stored against what was
 * acknowledged: every acknowledged record is there, once, at its offset, in order, and the offsets have no gap.
 * @throws Error telling the first difference
 */
export async function killRounds({ engine, rounds, valueBytes = 0, onRound }: KillOptions): Promise<KillOutcome> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rafka-kill-'))
  const port = await lowPort()
  const start = () => startKillable({ dataDir, port, engine })
  let broker = await start()
  const client = await connect({ brokers: [`127.0.0.1:${port}`] })
  try {
    const load = startLoad(client, valueBytes)
    for (let round = 1; round <= rounds; round++) {
      await load.acknowledgedMore(1 + Math.floor(Math.random() * MAX_ACKS_PER_ROUND))
      await broker.kill()
      broker = await start()
      onRound?.(round, load.offsets.size)
    }
    await load.stop()
    const stored = await compare(client, load.offsets)
    return { acknowledged: load.offsets.size, stored }
  } finally {
    await client.close()
    await broker.kill()
    await rm(dataDir, { recursive: true, force: true })
  }
}

interface Load {
  /** Offset of each acknowledged record, by its number. */
  readonly offsets: ReadonlyMap<number, number>
  /** Settles when so many more have been acknowledged; rejects when a record failed. */
  acknowledgedMore(count: number): Promise<void>
  stop(): Promise<void>
}

function startLoad(client: Rafka, valueBytes: number): Load {
  const producer = client.producer({ deliveryTimeoutMs: 60_000, lingerMs: 1 })
  const offsets = new Map<number, number>()
  let stopped = false
  let target = Number.POSITIVE_INFINITY
  let reached: () => void = () => {}
  const senders = (async () => {
    const waiting = new Set<Promise<void>>()
    for (let number = 0; !stopped; number++) {
      const sent = producer
        .send({ topic: TOPIC, partition: 0, value: String(number).padStart(valueBytes, '0') })
        .then(({ offset }) => {
          offsets.set(number, offset)
          waiting.delete(sent)
          if (offsets.size >= target) reached()
        })
      waiting.add(sent)
      if (waiting.size >= OUTSTANDING) await Promise.race(waiting)
    }
    await Promise.all(waiting)
  })()
  // Whoever waits hears of a failure; without this a failure between two waits would end the process.
  senders.catch(() => {})
  return {
    offsets,
    acknowledgedMore(count) {
      target = offsets.size + count
      const enough = new Promise<void>((resolve) => {
        reached = resolve
      })
      return Promise.race([enough, senders])
    },
    async stop() {
      stopped = true
      await senders
      await producer.close()
    },
  }
}

async function compare(client: Rafka, acknowledged: ReadonlyMap<number, number>): Promise<number> {
  const seen = new Map<number, number>()
  let expectedOffset = 0
  let previous = -1
  for await (const { offset, value } of client.consumer({ topics: [TOPIC], to: 'end' })) {
    const number = Number(value?.toString())
    if (offset !== expectedOffset) throw new Error(`offset ${expectedOffset} is missing: ${offset} follows`)
    if (number <= previous) throw new Error(`record ${number} at offset ${offset} stands behind record ${previous}`)
    seen.set(number, offset)
    previous = number
    expectedOffset++
  }
  for (const [number, offset] of acknowledged) {
    if (seen.get(number) !== offset) {
      throw new Error(`record ${number} was acknowledged at offset ${offset}; it is at ${seen.get(number) ?? 'none'}`)
    }
  }
  return seen.size
}
