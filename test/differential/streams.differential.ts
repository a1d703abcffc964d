import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { connect, type Rafka } from '../../src/index.ts'
import { lowPort, startKillable } from '../support/killable-broker.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

/** A directory with the jars of `org.apache.kafka:kafka-streams-examples` and all that they need. */
const jars = process.env.KAFKA_STREAMS_JARS ?? ''
const missing = existsSync(jars) ? '' : ' (skipped: KAFKA_STREAMS_JARS is no directory)'
const KILLS = 8
const WORDS = 50
const LINES = 6000
const input = 'streams-plaintext-input'
const output = 'streams-wordcount-output'

describe.skipIf(missing !== '')(`Kafka Streams with exactly_once_v2${missing}`, () => {
  test.each(['sqlite', 'memory'] as const)(
    'counts each word once while the broker is killed again and again, on the %s engine',
    { timeout: 300_000 },
    async (engine) => {
      const configs = { 'group.initial.rebalance.delay.ms': '0' }
      const place = { dataDir: temporaryDirectory(), port: await lowPort(), engine, configs }
      let broker = await startKillable(place)
      onTestFinished(() => broker.kill())
      const rafka = await connect({ brokers: [`127.0.0.1:${place.port}`] })
      onTestFinished(() => rafka.close())
      await rafka.admin().createTopics([
        { name: input, partitions: 2 },
        { name: output, partitions: 1 },
      ])
      const program = await startWordCount(place.port)
      onTestFinished(async () => {
        program.kill('SIGKILL')
        await once(program, 'close')
      })
      let isDone = false
      const sending = send(rafka).finally(() => {
        isDone = true
      })
      for (let kills = 0; kills < KILLS || !isDone; kills++) {
        await delay(3000)
        await broker.kill()
        broker = await startKillable(place)
      }
      await sending
      await expect.poll(async () => (await counts(rafka)).get('all'), { timeout: 120_000, interval: 500 }).toBe(LINES)
      const expected = Array.from({ length: WORDS }, (_, word) => [`w${word}`, LINES / WORDS] as const)
      expect(await counts(rafka)).toEqual(new Map([['all', LINES], ...expected]))
    },
  )
})

async function startWordCount(port: number): Promise<ChildProcess> {
  const directory = temporaryDirectory()
  const settings = join(directory, 'streams.properties')
  await writeFile(
    settings,
    [
      `bootstrap.servers=127.0.0.1:${port}`,
      'application.id=word-count',
      'processing.guarantee=exactly_once_v2',
      `state.dir=${directory}`,
      'commit.interval.ms=100',
      'num.stream.threads=2',
    ].join('\n'),
  )
  const main = 'org.apache.kafka.streams.examples.wordcount.WordCountDemo'
  return spawn('java', ['-Xmx256m', '-cp', join(jars, '*'), main, settings], { stdio: 'ignore' })
}

/** Lines with one of the words and `all`, some at a time. */
async function send(rafka: Rafka): Promise<void> {
  await using producer = rafka.producer()
  for (let line = 0; line < LINES; line += WORDS) {
    const values = Array.from({ length: WORDS }, (_, word) => `w${word} all`)
    await producer.sendAll(values.map((value) => ({ topic: input, value })))
    await delay(150)
  }
}

/**
 * The last count of each word that was committed.
 * @throws Error when a count does not follow the one before: something was lost, or counted twice
 */
async function counts(rafka: Rafka): Promise<Map<string, number>> {
  const last = new Map<string, number>()
  for await (const { key, value } of rafka.consumer({ topics: [output], to: 'end', isolation: 'read_committed' })) {
    const count = Number(value!.readBigInt64BE())
    const before = last.get(`${key}`) ?? 0
    // Streams may put several counts of a word into one.
    if (count <= before) throw new Error(`${key} is counted ${count} after ${before}`)
    last.set(`${key}`, count)
  }
  return last
}
