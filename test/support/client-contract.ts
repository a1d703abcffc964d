import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeAdmin } from './admin-contract.ts'
import { type ClientSetup, ClientSubject } from './client-subject.ts'
import { describeConsumer } from './consumer-contract.ts'
import { describeConsumerProtocol } from './consumer-protocol-contract.ts'
import { describeGroups } from './group-contract.ts'
import { describeProducer } from './producer-contract.ts'
import { describeTransactions } from './transaction-contract.ts'

/** What every client does, whatever lies between it and the broker. */
export function describeClientContract(name: string, setup: () => Promise<ClientSetup>): void {
  describe(name, () => {
    const subject = new ClientSubject()
    beforeAll(() => subject.start(setup))
    afterAll(() => subject.stop())

    describeProducer(subject)
    describeConsumer(subject)
    describeAdmin(subject)
    describeGroups(subject)
    describeConsumerProtocol(subject)
    describeTransactions(subject)

    test('a client that is closed answers CLOSED', async () => {
      const other = await subject.connect()
      await other.ready()
      const consumer = other.consumer({ topics: [await subject.topic()] })
      const next = consumer[Symbol.asyncIterator]().next()
      await other.close()
      await expect(next).resolves.toMatchObject({ done: true })
      expect(() => other.producer()).toThrow(/closed/)
      await expect(other.ready()).rejects.toMatchObject({ code: 'CLOSED' })
    })
  })
}
