import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect } from '../../src/connect.ts'
import { alterUserScramCredentials } from '../../src/protocol/apis/alter-user-scram-credentials.ts'
import { apiVersions } from '../../src/protocol/apis/api-versions.ts'
import { describeCluster } from '../../src/protocol/apis/describe-cluster.ts'
import { describeUserScramCredentials } from '../../src/protocol/apis/describe-user-scram-credentials.ts'
import { saslHandshake } from '../../src/protocol/apis/sasl-handshake.ts'
import { errorName } from '../../src/protocol/error-codes.ts'
import { makeCertificates } from '../support/certificates.ts'
import { type RawClient, rawClient } from '../support/raw-client.ts'
import { handshake, logIn, type SaslAnswer, say, scramClient } from '../support/sasl-client.ts'
import { launcher } from './launcher.ts'
import { type SecuredBroker, startSecuredKafka } from './secured-kafka.ts'
import { startSecuredRafka } from './secured-rafka.ts'

const settings = { user: 'me', password: 'secret', maxReauthMs: 2_000 }
const mechanisms = ['PLAIN', 'SCRAM-SHA-512'] as const

/** Writes down what a broker answers. */
type Note = (what: string, seen: unknown) => void
type Script = (broker: SecuredBroker, note: Note) => Promise<void>

async function withClient<T>(address: string, use: (client: RawClient) => Promise<T>): Promise<T> {
  const [host = '', port] = address.split(':')
  await using client = await rawClient({ host, port: Number(port) })
  return await use(client)
}

const shown = ({ errorCode, errorMessage, authBytes, sessionLifetimeMs }: SaslAnswer) => ({
  error: errorName(errorCode),
  errorMessage,
  said: authBytes.toString().replaceAll(/=[^,=]{8,}=*/g, '=…'),
  sessionLifetimeMs,
})

/** Whether another request is answered, or the connection closed. */
async function afterwards(client: RawClient): Promise<string> {
  client.send(describeCluster, 0, 9, {})
  return (await client.frame()) === undefined ? 'closed' : 'answered'
}

async function alterUsers(broker: SecuredBroker, note: Note, requests: ReadonlyArray<object>): Promise<void> {
  await withClient(broker.plaintext, async (client) => {
    for (const request of requests) {
      client.send(alterUserScramCredentials, 0, 1, request)
      const { results } = (await client.receive(alterUserScramCredentials, 0)).body
      const each = results.map((result) => ({ ...result, errorCode: errorName(result.errorCode) }))
      note(
        JSON.stringify(request),
        each.sort((a, b) => (a.user < b.user ? -1 : 1)),
      )
    }
  })
}

const salt = Buffer.from('salt')
const saltedPassword = Buffer.alloc(64, 1)
const upsertion = (name: string, mechanism = 2, iterations = 4096) => ({
  name,
  mechanism,
  iterations,
  salt,
  saltedPassword,
})

const scripts: Readonly<Record<string, Script>> = {
  'S1: a mechanism that there is not': async (broker, note) => {
    for (const mechanism of ['GSSAPI', 'SCRAM-SHA-256', 'plain', '']) {
      await withClient(broker.saslPlaintext, async (client) => {
        const { error, mechanisms: offered } = await handshake(client, mechanism)
        note(mechanism, { error, offered: [...offered].sort(), next: await afterwards(client) })
      })
    }
  },
  'S2: bare tokens': async (broker, note) => {
    for (const token of ['\0me\0secret', '\0me\0wrong', 'x']) {
      await withClient(broker.saslPlaintext, async (client) => {
        note('handshake', (await handshake(client, 'PLAIN', 0)).error)
        const size = Buffer.alloc(4)
        size.writeInt32BE(token.length)
        client.write(size, Buffer.from(token))
        const answer = await client.frame()
        note(token, { answer: answer?.toString(), next: answer && (await afterwards(client)) })
      })
    }
  },
  'S3: passwords': async (broker, note) => {
    for (const mechanism of mechanisms) {
      for (const password of ['secret', 'wrong']) {
        await withClient(broker.saslPlaintext, async (client) => {
          note(`${mechanism} ${password}`, shown(await logIn(client, mechanism, 'me', password)))
          note('then', await afterwards(client))
        })
      }
    }
    for (const version of [0, 1, 2]) {
      await withClient(broker.saslPlaintext, async (client) => {
        await handshake(client, 'PLAIN')
        note(`v${version}`, shown(await say(client, '\0me\0secret', version)))
      })
    }
  },
  'S3: messages of SCRAM': async (broker, note) => {
    for (const message of [
      'n,,n=me,r=abc',
      'y,,n=me,r=abc',
      'n,a=me,n=me,r=abc',
      'n,a=you,n=me,r=abc',
      'p=tls-unique,,n=me,r=abc',
      'x',
      '',
    ]) {
      await withClient(broker.saslPlaintext, async (client) => {
        await handshake(client, 'SCRAM-SHA-512')
        note(message, shown(await say(client, message)))
      })
    }
    const changes = [{ nonce: 'other' }, {}] as const
    for (const changed of changes) {
      await withClient(broker.saslPlaintext, async (client) => {
        await handshake(client, 'SCRAM-SHA-512')
        const scram = scramClient('SCRAM-SHA-512', 'me', 'secret')
        const first = (await say(client, scram.first)).authBytes.toString()
        const { errorCode } = await say(client, await scram.final(first, changed))
        note(JSON.stringify(changed), errorName(errorCode))
      })
    }
  },
  'S3: others act for nobody': async (broker, note) => {
    for (const message of ['me\0me\0secret', 'you\0me\0secret', '\0\0secret', '\0me\0', '\0me', '\0a\0b\0c']) {
      await withClient(broker.saslPlaintext, async (client) => {
        await handshake(client, 'PLAIN')
        const { errorCode } = await say(client, message)
        note(message, { error: errorName(errorCode), next: await afterwards(client) })
      })
    }
  },
  'C7: requests before': async (broker, note) => {
    await withClient(broker.saslPlaintext, async (client) => {
      client.send(apiVersions, 0, 1, {})
      note('versions', (await client.receive(apiVersions, 0)).body.errorCode)
      client.send(apiVersions, 0, 2, {})
      note('again', await client.frame())
    })
    await withClient(broker.saslPlaintext, async (client) => note('nothing', await afterwards(client)))
    await withClient(broker.saslPlaintext, async (client) => {
      note('handshake', (await handshake(client, 'PLAIN')).error)
      client.send(saslHandshake, 1, 2, { mechanism: 'PLAIN' })
      await client.frame()
      note('twice, then', await client.frame())
    })
  },
  'S4: where nobody is asked': async (broker, note) => {
    await withClient(broker.plaintext, async (client) => {
      note('handshake', await handshake(client, 'PLAIN'))
      note('authenticate', shown(await say(client, '\0me\0secret')))
      note('then', await afterwards(client))
    })
  },
  'S5: sessions': async (broker, note) => {
    await withClient(broker.saslPlaintext, async (client) => {
      note('first', shown(await logIn(client, 'PLAIN', 'me', 'secret')))
      note('again', shown(await logIn(client, 'PLAIN', 'me', 'secret')))
      note('too early', (await handshake(client, 'PLAIN')).error)
      note('then', await afterwards(client))
      await delay(2_100)
      note('late, again', shown(await logIn(client, 'PLAIN', 'me', 'secret')))
      await delay(2_100)
      note('late', await afterwards(client))
    })
  },
  'users: what is wrong': async (broker, note) => {
    await alterUsers(broker, note, [
      { upsertions: [upsertion('')] },
      { upsertions: [upsertion('a', 0)] },
      { upsertions: [upsertion('a', 3)] },
      { upsertions: [upsertion('a', 2, 4095)] },
      { upsertions: [upsertion('a', 2, 16385)] },
      { upsertions: [upsertion('a'), upsertion('a')] },
      { upsertions: [upsertion('a')], deletions: [{ name: 'a', mechanism: 2 }] },
      { deletions: [{ name: 'nobody', mechanism: 2 }] },
      { deletions: [{ name: '', mechanism: 2 }] },
      { deletions: [{ name: 'a', mechanism: 9 }] },
      { upsertions: [upsertion('b'), upsertion('c', 0)] },
      { deletions: [{ name: 'b', mechanism: 1 }] },
      { deletions: [{ name: 'b', mechanism: 2 }] },
      {},
    ])
  },
  'users: descriptions': async (broker, note) => {
    await alterUsers(broker, note, [{ upsertions: [upsertion('z', 2, 8192)] }, { upsertions: [upsertion('z', 1)] }])
    // Kafka shows a change later than it answers.
    await delay(500)
    await withClient(broker.plaintext, async (client) => {
      for (const users of [
        [{ name: 'z' }],
        [{ name: 'nobody' }],
        [{ name: 'z' }, { name: 'z' }],
        [{ name: '' }],
        [],
        null,
      ]) {
        const ask = async () => {
          client.send(describeUserScramCredentials, 0, 1, { users })
          const { errorCode, errorMessage, results } = (await client.receive(describeUserScramCredentials, 0)).body
          const each = results.map((result) => ({
            ...result,
            errorCode: errorName(result.errorCode),
            credentialInfos: [...result.credentialInfos].sort((a, b) => a.mechanism - b.mechanism),
          }))
          return { error: errorName(errorCode), errorMessage, each: each.sort((a, b) => (a.user < b.user ? -1 : 1)) }
        }
        note(JSON.stringify(users), await ask())
      }
    })
  },
}

describe.skipIf(!existsSync(launcher))('listeners that ask who it is answer as those of Kafka', () => {
  let kafka: SecuredBroker
  let rafka: SecuredBroker
  beforeAll(async () => {
    const certificates = await makeCertificates()
    kafka = await startSecuredKafka(certificates, settings)
    rafka = await startSecuredRafka(certificates, settings)
    for (const broker of [kafka, rafka]) {
      await using client = await connect({ brokers: [broker.plaintext] })
      const { user, password } = settings
      await client.admin().setCredentials([{ user, password, mechanism: 'SCRAM-SHA-512' }])
      const asks = () =>
        withClient(broker.saslPlaintext, async (raw) => await logIn(raw, 'SCRAM-SHA-512', user, password))
      // What Kafka was told of users reaches its listeners a little later.
      while ((await asks()).errorCode !== 0) await delay(50)
    }
  }, 60_000)
  afterAll(async () => {
    await kafka[Symbol.asyncDispose]()
    await rafka[Symbol.asyncDispose]()
  })

  test.each(Object.entries(scripts))(
    '%s',
    async (_name, script) => {
      const transcript = async (broker: SecuredBroker) => {
        const lines: string[] = []
        await script(broker, (what, seen) => void lines.push(`${what}: ${JSON.stringify(seen)}`))
        return lines
      }
      expect(await transcript(rafka)).toEqual(await transcript(kafka))
    },
    30_000,
  )
})
