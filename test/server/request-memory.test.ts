import { expect, onTestFinished, test } from 'vitest'
import { produce } from '../../src/protocol/apis/produce.ts'
import { openMemoryEngine } from '../../src/storage/memory/memory-engine.ts'
import { openSqliteEngine } from '../../src/storage/sqlite/sqlite-engine.ts'
import { startBroker } from '../support/broker-fixture.ts'
import { produceRequest } from '../support/broker-requests.ts'
import { keepingHook } from '../support/keeping-hook.ts'
import { batchOf } from '../support/record-batches.ts'
import { dial, serve } from '../support/served.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const clients = 4
const requests = 25
const lettersAt = (client: number, at: number) => `${client}.${at};`.repeat(140_000)

test.each([
  ['sqlite', false],
  ['sqlite', true],
  ['memory', false],
  ['memory', true],
] as const)(
  'requests in memory of others leave those as they were stored: %s, a hook that keeps records: %s',
  async (type, keeps) => {
    const { hook, kept } = keepingHook()
    const storage =
      type === 'sqlite'
        ? await openSqliteEngine({ path: temporaryDirectory(), durability: 'none' })
        : await openMemoryEngine({ maxBytes: 2 ** 28, durability: 'none' })
    const fixture = await startBroker({ storage, hooks: keeps ? [hook] : [] })
    onTestFinished(() => fixture[Symbol.asyncDispose]())
    await fixture.createTopic('t', { partitions: clients })
    const listener = await serve(fixture.broker)
    const write = async (client: number) => {
      const { send, receive } = await dial(listener)
      for (let at = 0; at < requests; at++) {
        const records = [batchOf([lettersAt(client, at)])]
        send(produce, 9, at, produceRequest([{ topic: 't', partition: client, records }]))
      }
      for (let at = 0; at < requests; at++) {
        const { body } = await receive(produce, 9)
        expect(body.responses[0]!.partitionResponses[0]).toMatchObject({ errorCode: 0, baseOffset: at })
      }
    }
    await Promise.all(Array.from({ length: clients }, (_, client) => write(client)))
    for (let client = 0; client < clients; client++) {
      for (let at = 0; at < requests; at++) {
        const [record] = await fixture.records('t', at, client)
        expect(record!.value === lettersAt(client, at)).toBe(true)
      }
    }
    const values = new Set(kept.map((value) => value.toString()))
    expect(values.size).toBe(keeps ? clients * requests : 0)
  },
)
