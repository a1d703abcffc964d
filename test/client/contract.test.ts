import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '../../src/connect.ts'
import type { Rafka } from '../../src/core/rafka.ts'
import { open } from '../../src/open.ts'
import { startTestBroker } from '../../src/testing.ts'
import { makeCertificates } from '../support/certificates.ts'
import { describeClientContract } from '../support/client-contract.ts'
import type { ClientSetup } from '../support/client-subject.ts'

/** Nobody waits for members that do not come, nor long for those that have to hear of something. */
const configs = { 'group.initial.rebalance.delay.ms': '0', 'group.consumer.heartbeat.interval.ms': '50' }

describeClientContract('a client of an embedded broker', async () => {
  const opened: Rafka[] = []
  return {
    connect: async () => {
      const rafka = await open({ storage: { type: 'memory' }, configs })
      opened.push(rafka)
      return rafka
    },
    close: async () => void (await Promise.all(opened.map((rafka) => rafka.close()))),
  }
})

describeClientContract('a client over the local socket of a data directory', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'rafka-contract-'))
  const owner = await open({ dataDir, storage: { durability: 'none' }, configs })
  const attached = () => open({ dataDir, storage: { durability: 'none' }, configs })
  return closing(attached, async () => {
    await owner.close()
    rmSync(dataDir, { recursive: true, force: true })
  })
})

describeClientContract('a client over TCP', async () => {
  const broker = await startTestBroker({ configs })
  return closing(
    () => connect({ brokers: [broker.brokers] }),
    () => broker.close(),
  )
})

describeClientContract('a client with SASL and TLS', async () => {
  const [{ server, ca }, broker] = await Promise.all([makeCertificates(), startTestBroker({ configs })])
  const sasl = { mechanism: 'SCRAM-SHA-512', username: 'me', password: 'secret' } as const
  await broker.rafka.admin().setCredentials([{ ...sasl, user: sasl.username }])
  const { host, port } = await broker.rafka.listen({ port: 0, tls: server, sasl: ['SCRAM-SHA-512'] })
  return closing(
    () => connect({ brokers: [`${host}:${port}`], tls: { ca }, sasl }),
    () => broker.close(),
  )
})

/** By hand, against any cluster that has no topics yet: Kafka with `group.initial.rebalance.delay.ms=0`, for instance. */
const { RAFKA_TEST_BROKERS: others } = process.env
if (others !== undefined) {
  describeClientContract(`a client of ${others}`, async () => {
    const brokers = others.split(',')
    return closing(
      () => connect({ brokers }),
      async () => {},
    )
  })
}

/** Closes all clients before what they are clients of. */
function closing(make: () => Promise<Rafka>, end: () => Promise<void>): ClientSetup {
  const clients: Rafka[] = []
  return {
    connect: async () => {
      const client = await make()
      clients.push(client)
      return client
    },
    close: async () => {
      await Promise.all(clients.map((client) => client.close()))
      await end()
    },
  }
}
