import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { connect, type Rafka } from '../../src/index.ts'
import { lowPort, startKillable } from './killable-broker.ts'

const script = fileURLToPath(new URL('./transactional-copier.ts', import.meta.url))
/** The copier gets no further than this between two kills, so that there is something left to copy in each round. */
const MAX_RECORDS_PER_ROUND = 60
/** It may be past the mark when it is killed. */
const SLACK = 40

export interface CopyOptions {
  readonly engine: 'sqlite' | 'memory'
  /** By the rules of which `transaction.version` the copier goes. */
  readonly transactionVersion: 1 | 2
  readonly rounds: number
  /** Told after each round. */
  readonly onRound?: (round: number, copied: number) => void
}

/**
 * Kills a program that copies a topic in transactions, and the broker, in turn, and holds the copy against the original: a reader of
 * committed records sees each input once, in the order of its partition, and the group has come to the end of the input.
 * @returns how many records were copied
 * @throws Error telling the first difference
 */
export async function copyRounds(options: CopyOptions): Promise<number> {
  const { engine, transactionVersion, rounds, onRound } = options
  const dataDir = await mkdtemp(join(tmpdir(), 'rafka-copy-'))
  const port = await lowPort()
  const start = () => startKillable({ dataDir, port, engine })
  let broker = await start()
  const client = await connect({ brokers: [`127.0.0.1:${port}`] })
  const total = rounds * (MAX_RECORDS_PER_ROUND + SLACK)
  let copier: Copier | undefined
  try {
    await fill(client, total)
    copier = startCopier(port, transactionVersion)
    let mark = 0
    for (let round = 1; round <= rounds; round++) {
      mark = await copier.reaches(mark + 1 + Math.floor(Math.random() * MAX_RECORDS_PER_ROUND))
      if (round % 2 === 1) {
        await copier.kill()
        copier = startCopier(port, transactionVersion)
      } else {
        await broker.kill()
        broker = await start()
      }
      onRound?.(round, mark)
    }
    await copier.reaches(total)
    await compare(client, total)
    return total
  } finally {
    await copier?.kill()
    await client.close()
    await broker.kill()
    await rm(dataDir, { recursive: true, force: true })
  }
}

interface Copier {
  /** Settles when it has come so far; with how far that is. Rejects when it ends by itself. */
  reaches(offset: number): Promise<number>
  kill(): Promise<void>
}

function startCopier(port: number, transactionVersion: number): Copier {
  const args = ['--import', 'tsx', script, String(port), String(transactionVersion)]
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const closed = once(child, 'close')
  let errors = ''
  child.stderr!.on('data', (chunk) => {
    errors = (errors + chunk).slice(-2000)
  })
  const ended = closed.then(() => {
    throw new Error(`the copier ended by itself: ${errors}`)
  })
  // Whoever waits hears of it; when nobody does it was killed.
  ended.catch(() => {})
  let copied = 0
  let wanted: { readonly offset: number; readonly reached: (copied: number) => void } | undefined
  createInterface(child.stdout!).on('line', (line) => {
    copied = Number(line)
    if (wanted !== undefined && copied >= wanted.offset) wanted.reached(copied)
  })
  return {
    reaches(offset) {
      if (copied >= offset) return Promise.resolve(copied)
      const reached = new Promise<number>((resolve) => {
        wanted = { offset, reached: resolve }
      })
      return Promise.race([reached, ended])
    },
    async kill() {
      child.kill('SIGKILL')
      await closed
    },
  }
}

async function fill(client: Rafka, total: number): Promise<void> {
  await client.admin().createTopics([
    { name: 'input', partitions: 1 },
    { name: 'output', partitions: 2 },
  ])
  const numbers = Array.from({ length: total }, (_, number) => ({
    topic: 'input',
    partition: 0,
    value: String(number),
  }))
  const producer = client.producer()
  await producer.sendAll(numbers)
  await producer.close()
}

async function compare(client: Rafka, total: number): Promise<void> {
  const next = [0, 1]
  let seen = 0
  const output = client.consumer({ topics: ['output'], to: 'end', isolation: 'read_committed' })
  for await (const { partition, value, offset } of output) {
    const number = Number(value?.toString())
    const expected = next[partition]!
    if (number !== expected) {
      throw new Error(`output/${partition} has ${number} at offset ${offset}; ${expected} was to come`)
    }
    next[partition] = number + 2
    seen++
  }
  if (seen !== total) throw new Error(`the input has ${total} records, the output ${seen}`)
}
