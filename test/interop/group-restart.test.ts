import { setTimeout as delay } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import { expect, it, onTestFinished } from 'vitest'
import { builtRafka } from '../commands/support/built-rafka.ts'
import { type KillableBroker, lowPort, startKillable } from '../support/killable-broker.ts'
import { until } from '../support/served.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const reason = builtRafka === undefined ? ' (skipped: npm run build first)' : ''

it.skipIf(builtRafka === undefined)(
  `a group of kafkajs goes on with the same members in the same generation when its broker was killed and is back${reason}`,
  async () => {
    const place = { dataDir: temporaryDirectory(), port: await lowPort(), engine: 'sqlite' as const }
    let broker: KillableBroker = await startKillable(place)
    onTestFinished(() => broker.kill())
    const kafka = new Kafka({
      brokers: [`127.0.0.1:${place.port}`],
      logLevel: logLevel.NOTHING,
      retry: { initialRetryTime: 50, maxRetryTime: 200, retries: 100 },
    })
    const admin = kafka.admin()
    const producer = kafka.producer({ allowAutoTopicCreation: false })
    await Promise.all([admin.connect(), producer.connect()])
    await admin.createTopics({ topics: [{ topic: 't', numPartitions: 4 }], waitForLeaders: true })
    const values: string[][] = [[], []]
    const generations: number[] = []
    const consumers = values.map(() =>
      kafka.consumer({
        groupId: 'readers',
        heartbeatInterval: 100,
        sessionTimeout: 30_000,
        rebalanceTimeout: 10_000,
      }),
    )
    onTestFinished(async () => {
      await Promise.all([...consumers, producer, admin].map((client) => client.disconnect()))
    })
    for (const [index, consumer] of consumers.entries()) {
      consumer.on(consumer.events.GROUP_JOIN, () => generations.push(index))
      await consumer.connect()
      await consumer.subscribe({ topic: 't', fromBeginning: true })
      await consumer.run({
        autoCommitInterval: 50,
        eachMessage: async ({ message }) => void values[index]!.push(String(message.value)),
      })
    }
    const members = async () =>
      (await admin.describeGroups(['readers'])).groups[0]!.members.map((member) => member.memberId).sort()
    while ((await members()).length < 2) await delay(20)
    const send = (from: number) =>
      producer.send({
        topic: 't',
        messages: Array.from({ length: 40 }, (_, at) => ({ partition: at % 4, value: String(from + at) })),
      })
    const all = () => new Set(values.flat()).size
    await send(0)
    await until(() => all() === 40)
    await until(() => values.every((each) => each.length > 0))
    const [before, joinsBefore] = [await members(), generations.length]

    await broker.kill()
    broker = await startKillable(place)
    await send(40)
    await until(() => all() === 80)
    expect(await members()).toEqual(before)
    expect(generations.length).toBe(joinsBefore)
  },
)
