import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Kafka, logLevel } from 'kafkajs'
import { describe, expect, onTestFinished, test } from 'vitest'
import { connect } from '../../src/connect.ts'
import type { TopicPartition } from '../../src/core/consumer.ts'
import type { ConsumerOptions, Rafka } from '../../src/core/rafka.ts'
import { startTestBroker } from '../../src/testing.ts'
import { hasKcat } from '../support/kcat.ts'

const configs = { 'group.initial.rebalance.delay.ms': '0' }
const patience = { timeout: 30_000 }

/** A broker with a topic of four partitions, and a client of ours. */
async function begin(): Promise<{ brokers: string; rafka: Rafka }> {
  const { brokers, close } = await startTestBroker({ configs, topics: [{ name: 't', partitions: 4 }] })
  onTestFinished(close)
  const rafka = await connect({ brokers: [brokers] })
  onTestFinished(() => rafka.close())
  return { brokers, rafka }
}

/** A member of ours: what it has, and what it reads. */
function member(rafka: Rafka, options: Partial<ConsumerOptions> = {}) {
  let owned: number[] = []
  const values: string[] = []
  const without = (gone: readonly TopicPartition[]) => {
    owned = owned.filter((each) => !gone.some(({ partition }) => partition === each))
  }
  const consumer = rafka.consumer({
    topics: ['t'],
    group: 'g',
    heartbeatIntervalMs: 50,
    maxWaitMs: 200,
    onAssigned: (partitions) => void owned.push(...partitions.map(({ partition }) => partition)),
    onRevoked: without,
    ...options,
  })
  const ended = (async () => {
    for await (const { value } of consumer) values.push(`${value}`)
  })()
  return {
    values,
    owned: () => owned.length,
    async close() {
      await consumer.close()
      await ended
    },
  }
}

async function send(rafka: Rafka, from: number, to: number): Promise<void> {
  await using producer = rafka.producer()
  const numbers = Array.from({ length: to - from }, (_, index) => from + index)
  await producer.sendAll(numbers.map((value) => ({ topic: 't', partition: value % 4, value: `${value}` })))
}

const sorted = (...values: string[][]) =>
  values
    .flat()
    .map(Number)
    .sort((a, b) => a - b)
const range = (to: number) => Array.from({ length: to }, (_, index) => index)

describe('a group with members of both', () => {
  test('kafkajs and Rafka shares out, and each goes on where the other was', async () => {
    const { brokers, rafka } = await begin()
    const ours = member(rafka)
    await expect.poll(ours.owned, patience).toBe(4)
    await send(rafka, 0, 20)
    await expect.poll(() => ours.values.length, patience).toBe(20)
    const kafka = new Kafka({ clientId: 'js', brokers: [brokers], logLevel: logLevel.NOTHING })
    const theirs = kafka.consumer({ groupId: 'g', heartbeatInterval: 50 })
    onTestFinished(() => theirs.disconnect())
    const values: string[] = []
    await theirs.connect()
    await theirs.subscribe({ topics: ['t'] })
    await theirs.run({ eachMessage: async ({ message }) => void values.push(`${message.value}`) })
    await expect.poll(ours.owned, patience).toBe(2)
    await send(rafka, 20, 60)
    await expect.poll(() => ours.values.length + values.length, patience).toBe(60)
    expect(values.length).toBe(20)
    await ours.close()
    await send(rafka, 60, 80)
    await expect.poll(() => values.length, patience).toBe(40)
    expect(sorted(ours.values, values)).toEqual(range(80))
    const again = member(rafka)
    await expect.poll(again.owned, patience).toBe(2)
    await theirs.disconnect()
    await expect.poll(again.owned, patience).toBe(4)
    await send(rafka, 80, 100)
    await expect.poll(() => again.values.length, patience).toBe(20)
    await again.close()
  })

  test.skipIf(!hasKcat).each(['range', 'round-robin'] as const)(
    'librdkafka and Rafka shares out by %s',
    async (assignor) => {
      const { brokers, rafka } = await begin()
      const ours = member(rafka, { assignors: [assignor] })
      await expect.poll(ours.owned, patience).toBe(4)
      const settings = ['-X', 'heartbeat.interval.ms=50', '-X', 'auto.offset.reset=earliest']
      const child = spawn('kcat', ['-b', brokers, '-u', '-q', ...settings, '-G', 'g', 't'])
      onTestFinished(() => void child.kill('SIGKILL'))
      let out = ''
      child.stdout.on('data', (piece: Buffer) => {
        out += piece.toString()
      })
      const theirs = () => out.split('\n').filter((line) => line !== '')
      await expect.poll(ours.owned, patience).toBe(2)
      await send(rafka, 0, 40)
      await expect.poll(() => ours.values.length + theirs().length, patience).toBe(40)
      expect(theirs().length).toBe(20)
      const ended = once(child, 'close')
      child.kill('SIGTERM')
      await ended
      await expect.poll(ours.owned, patience).toBe(4)
      await send(rafka, 40, 60)
      await expect.poll(() => ours.values.length + theirs().length, patience).toBe(60)
      expect(sorted(ours.values, theirs())).toEqual(range(60))
      await ours.close()
    },
  )
})
