/**
 * From process start: to `--help`, to a broker that listens, to the first acknowledged record. Memory idle and after many records.
 *
 *     npm run build && npx tsx bench/startup.ts [RECORDS]
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { rafkaPath, run, startBroker } from './processes.ts'
import { writeSample } from './sample-lines.ts'

const ROUNDS = 11
const records = Number(process.argv[2] ?? 10_000_000)
const directory = await mkdtemp(join(tmpdir(), 'rafka-bench-'))

async function median(name: string, work: (round: number) => Promise<number>): Promise<void> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) times.push(await work(round))
  times.sort((a, b) => a - b)
  const [fastest, middle, slowest] = [times[0]!, times[ROUNDS >> 1]!, times.at(-1)!].map(Math.round)
  console.log(`  ${name.padEnd(52)} ${middle} ms (${fastest}–${slowest})`)
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now()
  await work()
  return performance.now() - startMs
}

console.log('time from process start, median of 11')
await median('node -e 0 (the floor)', () => timed(() => run(process.execPath, ['-e', '0'])))
await median('rafka --version', () => timed(() => run(process.execPath, [rafkaPath, '--version'])))
await median('rafka produce --help', () => timed(() => run(process.execPath, [rafkaPath, 'produce', '--help'])))
await median('rafka broker start: listening', async (round) => {
  const startMs = performance.now()
  const broker = await startBroker(join(directory, `start-${round}`))
  const ms = performance.now() - startMs
  await broker.stop()
  return ms
})
await median('rafka produce t x: first record acknowledged, done', (round) =>
  timed(() => run(process.execPath, [rafkaPath, 'produce', 't', 'x', '--data-dir', join(directory, `first-${round}`)])),
)
{
  const broker = await startBroker(join(directory, 'list'))
  await run(process.execPath, [rafkaPath, 'produce', 't', 'x', '-b', broker.brokers])
  const each = [
    ['topics', 'list'],
    ['topics', 'describe', 't'],
    ['topics', 'alter', 't', '--set', 'retention.ms=1000000'],
    ['cluster', 'info'],
    ['cluster', 'health'],
    ['produce', 't', 'x'],
    ['consume', 't', '-e'],
    ['storage', 'inspect'],
    ['config', 'show'],
    ['profile', 'list'],
    ['help'],
    ['__complete', '--', 'topics', 'describe', ''],
  ]
  console.log('\nthe same of each command, a broker running')
  for (const words of each) {
    const hidden = words[0]!.startsWith('__')
    const line = hidden || words[0] === 'help' ? words : [...words, '-b', broker.brokers]
    await median(`rafka ${words.join(' ')}`, () => timed(() => run(process.execPath, [rafkaPath, ...line])))
  }
  await broker.stop()
}

console.log('\nmemory of the broker, resident')
const broker = await startBroker(join(directory, 'memory'))
await new Promise((resolve) => setTimeout(resolve, 3000))
console.log(`  idle                                                 ${broker.residentMb().toFixed(0)} MB`)
const idleTicks = await cpuTicks(broker.child.pid!)
await new Promise((resolve) => setTimeout(resolve, 10_000))
console.log(
  `  CPU in 10 s idle                                     ${(await cpuTicks(broker.child.pid!)) - idleTicks} ticks of 10 ms`,
)
const sample = await writeSample(join(directory, 'sample'), '100 B', 1_000_000, 100)
let peakMb = 0
const timer = setInterval(() => (peakMb = Math.max(peakMb, broker.residentMb())), 50)
for (let sent = 0; sent < records; sent += sample.lines) {
  const child = spawn('kcat', [
    '-P',
    '-b',
    broker.brokers,
    '-t',
    'many',
    '-X',
    'queue.buffering.max.messages=1000000',
    '-l',
    sample.path,
  ])
  await once(child, 'close')
}
clearInterval(timer)
console.log(`  peak while taking ${records.toLocaleString('en')} records of 100 B        ${peakMb.toFixed(0)} MB`)
console.log(`  after them                                           ${broker.residentMb().toFixed(0)} MB`)
await broker.stop()
await rm(directory, { recursive: true })

async function cpuTicks(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]!.split(' ')
  return Number(fields[11]) + Number(fields[12])
}
