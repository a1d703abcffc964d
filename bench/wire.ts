/**
 * kcat against the broker over the loopback, records of three sizes, each way; beside it Apache Kafka where one is named.
 *
 *     npm run build && npx tsx bench/wire.ts [KAFKA_HOST:PORT]
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { measure, report, type Subject } from './measure.ts'
import { run, startBroker } from './processes.ts'
import { type Sample, writeSample } from './sample-lines.ts'

const kafka = process.argv[2]
const directory = await mkdtemp(join(tmpdir(), 'rafka-bench-'))
const broker = await startBroker(join(directory, 'data'))
const targets = [
  { name: 'rafka, fsync before the answer', brokers: broker.brokers },
  ...(kafka === undefined ? [] : [{ name: 'kafka, no fsync', brokers: kafka }]),
]
const samples = [
  await writeSample(join(directory, 'lines'), 'lines of 100 B', 1_000_000, 100),
  await writeSample(join(directory, 'records'), 'records of 1 KB', 300_000, 1000),
  await writeSample(join(directory, 'large'), 'records of 100 KB', 3_000, 100_000),
]
let count = 0

/** Sends a sample with kcat, whose queue holds all of it. */
function send({ path }: Sample, brokers: string, topic: string): Promise<void> {
  return run('kcat', ['-P', '-b', brokers, '-t', topic, '-X', 'queue.buffering.max.messages=1000000', '-l', path])
}

function produce(sample: Sample, name: string, brokers: string): Subject {
  return {
    name,
    async run() {
      await send(sample, brokers, `bench-${process.pid}-${count++}`)
      return (sample.lines * sample.lineBytes) / 1e6
    },
  }
}

function consume(sample: Sample, name: string, brokers: string, topic: string): Subject {
  return {
    name,
    async run() {
      // By count: with -e it would wait half a second at the end, for the broker to say that there is no more.
      await run('kcat', ['-C', '-b', brokers, '-t', topic, '-c', String(sample.lines), '-q'])
      return (sample.lines * sample.lineBytes) / 1e6
    },
  }
}

try {
  for (const sample of samples) {
    const producers = targets.map(({ name, brokers }) => produce(sample, name, brokers))
    report(`kcat -P, ${sample.name}`, 'MB/s', await measure(producers))
    const topic = `bench-${process.pid}-read-${count++}`
    for (const { brokers } of targets) await send(sample, brokers, topic)
    const consumers = targets.map(({ name, brokers }) => consume(sample, name, brokers, topic))
    report(`kcat -C, ${sample.name}`, 'MB/s', await measure(consumers))
  }
} finally {
  await broker.stop()
  await rm(directory, { recursive: true })
}
