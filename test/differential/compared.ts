import { expect, inject, test } from 'vitest'
import type { ApiDefinition, RequestOf, ResponseOf } from '../../src/protocol/api.ts'
import { createTopics } from '../../src/protocol/apis/create-topics.ts'
import { fetch } from '../../src/protocol/apis/fetch.ts'
import { metadata } from '../../src/protocol/apis/metadata.ts'
import { fetchRequest } from '../support/broker-requests.ts'
import { type RawClient, rawClient } from '../support/raw-client.ts'
import { serveBroker } from '../support/served-broker.ts'
import { normalizer } from './normalize.ts'

/** One of the two brokers, as a script talks to it. */
export interface Compared {
  /** For the names of topics and groups: the same on both sides, new in each run. */
  readonly run: string
  readonly host: string
  readonly port: number
  /** Sends a request; the answer becomes part of what is compared. */
  ask<A extends ApiDefinition>(api: A, version: number, body: Partial<RequestOf<A>>): Promise<ResponseOf<A>>
  /** The same, compared only when it is as wanted: Kafka shows some changes later than it answers. */
  askUntil<A extends ApiDefinition>(
    api: A,
    version: number,
    body: Partial<RequestOf<A>>,
    wanted: (response: ResponseOf<A>) => boolean,
  ): Promise<ResponseOf<A>>
  /** Sends a request whose answer is not compared. */
  tell<A extends ApiDefinition>(api: A, version: number, body: Partial<RequestOf<A>>): Promise<ResponseOf<A>>
  /** Sends a request on a connection of its own, and does not wait. Its answer is compared where `settle` stands. */
  begin<A extends ApiDefinition>(
    api: A,
    version: number,
    body: Partial<RequestOf<A>>,
  ): Promise<{ settle(): Promise<ResponseOf<A>> }>
  /** Makes something that was seen part of what is compared. */
  note(what: string, seen: unknown): void
  /** Creates a topic and waits until it can be used. */
  topic(name: string, options?: { partitions?: number; configs?: Record<string, string> }): Promise<string>
}

const port = inject('kafkaPort')
const run = Date.now().toString(36)
const GIVE_UP_MS = 20_000
const ANSWER_MS = 5_000

/** A test that lets a script talk to Rafka and to Kafka, and compares all answers. Skipped where there is no Kafka. */
export function sameAnswers(name: string, script: (broker: Compared) => Promise<void>): void {
  test.skipIf(port === 0)(`${name}${port === 0 ? ' (skipped: no Kafka)' : ''}`, async () => {
    await using rafka = await serveBroker({ configs: { 'group.initial.rebalance.delay.ms': '0' } })
    const kafka = await transcript(port, script)
    expect(await transcript(rafka.port, script)).toEqual(kafka)
  })
}

async function transcript(port: number, script: (broker: Compared) => Promise<void>): Promise<string[]> {
  const answers: string[] = []
  const host = '127.0.0.1'
  const normalize = normalizer()
  const clients: RawClient[] = []
  const open = async () => {
    const client = await rawClient({ host, port })
    clients.push(client)
    return client
  }
  let client = await open()
  let correlationId = 0

  const exchange = async <A extends ApiDefinition>(by: RawClient, api: A, version: number, body: object) => {
    by.send(api, version, ++correlationId, body)
    const silence = new Promise<never>((_, reject) =>
      setTimeout(() => reject(new Error('no answer')), ANSWER_MS).unref(),
    )
    const answer = await Promise.race([by.receive(api, version), silence])
    return answer.body as ResponseOf<A>
  }
  const record = (label: string, api: ApiDefinition, version: number, response: unknown) => {
    answers.push(`${label}${api.name} v${version}: ${JSON.stringify(normalize(response))}`)
  }
  const broker: Compared = {
    run,
    host,
    port,
    async ask(api, version, body) {
      try {
        const response = await exchange(client, api, version, body)
        record('', api, version, response)
        return response
      } catch (error) {
        answers.push(`${api.name} v${version}: ${error instanceof Error ? error.message : String(error)}`)
        client = await open()
        return undefined as never
      }
    },
    async askUntil(api, version, body, wanted) {
      const deadline = Date.now() + GIVE_UP_MS
      for (;;) {
        const response = await exchange(client, api, version, body)
        if (wanted(response) || Date.now() > deadline) {
          record('', api, version, response)
          return response
        }
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    tell: (api, version, body) => exchange(client, api, version, body),
    note: (what, seen) => void answers.push(`${what}: ${JSON.stringify(normalize(seen))}`),
    async begin(api, version, body) {
      const own = await open()
      own.send(api, version, ++correlationId, body)
      const answer = own.receive(api, version)
      answer.catch(() => {})
      return {
        async settle() {
          const response = (await answer).body as ResponseOf<typeof api>
          record('begun ', api, version, response)
          return response
        },
      }
    },
    async topic(name, { partitions = 1, configs = {} } = {}) {
      const full = `${name}-${run}`
      const topics = [
        {
          name: full,
          numPartitions: partitions,
          replicationFactor: 1,
          assignments: [],
          configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
        },
      ]
      const created = await exchange(client, createTopics, 5, { topics })
      expect(created.topics[0]?.errorCode).toBe(0)
      const deadline = Date.now() + GIVE_UP_MS
      for (;;) {
        const { topics: found } = await exchange(client, metadata, 8, {
          topics: [{ name: full, topicId: '' }],
          allowAutoTopicCreation: false,
        })
        const isLed =
          found[0]?.partitions.length === partitions && found[0].partitions.every(({ leaderId }) => leaderId >= 0)
        if (isLed) {
          // It may not know yet that it leads.
          const wanted = Array.from({ length: partitions }, (_, partition) => ({ topic: full, partition, offset: 0 }))
          const { responses } = await exchange(client, fetch, 11, fetchRequest(wanted))
          if (responses.every((each) => each.partitions.every(({ errorCode }) => errorCode === 0))) return full
        }
        if (Date.now() > deadline) throw new Error(`topic ${full} does not come`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
  }
  try {
    await script(broker)
    return answers
  } finally {
    for (const each of clients) await each[Symbol.asyncDispose]()
  }
}
