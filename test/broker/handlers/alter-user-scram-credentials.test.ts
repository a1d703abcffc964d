import { describe, expect, it } from 'vitest'
import { alterUserScramCredentials } from '../../../src/protocol/apis/alter-user-scram-credentials.ts'
import { describeUserScramCredentials } from '../../../src/protocol/apis/describe-user-scram-credentials.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { isPasswordOf, saltPassword, scramCode } from '../../../src/sasl/scram-keys.ts'
import { openMemoryEngine } from '../../../src/storage/memory/memory-engine.ts'
import { type BrokerFixture, startBroker } from '../../support/broker-fixture.ts'
import { FaultyEngine } from '../../support/faulty-engine.ts'
import { lasting } from '../../support/lasting-engine.ts'
import { addUser } from '../../support/users.ts'

const salt = Buffer.from('salt')
const saltedPassword = await saltPassword('SCRAM-SHA-256', 'secret', salt, 4096)
const SHA_256 = scramCode('SCRAM-SHA-256')
const SHA_512 = scramCode('SCRAM-SHA-512')

const upsertion = (name: string, changes: { mechanism?: number; iterations?: number } = {}) => ({
  name,
  mechanism: SHA_256,
  iterations: 4096,
  salt,
  saltedPassword,
  ...changes,
})

type Alteration = NonNullable<Parameters<typeof alterUserScramCredentials.request.create>[0]>

/** `alice: NONE`, … */
async function alter(broker: BrokerFixture, request: Alteration): Promise<string[]> {
  const { results } = await broker.ask(alterUserScramCredentials, alterUserScramCredentials.request.create(request))
  return results.map(({ user, errorCode }) => `${user}: ${errorName(errorCode)}`)
}

/** `alice: SHA-256 at 4096`, … */
async function users(broker: BrokerFixture): Promise<string[]> {
  const request = describeUserScramCredentials.request.create({ users: null })
  const { results } = await broker.ask(describeUserScramCredentials, request)
  return results.flatMap(({ user, credentialInfos }) =>
    credentialInfos.map(({ mechanism, iterations }) => `${user}: ${mechanism} at ${iterations}`),
  )
}

describe('AlterUserScramCredentials', () => {
  it('sets and replaces credentials; what is kept knows the password and is not it', async () => {
    await using broker = await startBroker()
    expect(
      await alter(broker, { upsertions: [upsertion('alice'), upsertion('alice', { mechanism: SHA_512 })] }),
    ).toEqual(['alice: NONE'])
    expect(await alter(broker, { upsertions: [upsertion('alice', { iterations: 8192 })] })).toEqual(['alice: NONE'])
    expect(await users(broker)).toEqual(['alice: 1 at 8192', 'alice: 2 at 4096'])
    await alter(broker, { upsertions: [upsertion('alice')] })
    const credential = broker.broker.credentials.scram('SCRAM-SHA-256', 'alice')
    expect(await isPasswordOf('SCRAM-SHA-256', credential, 'secret')).toBe(true)
    expect(await isPasswordOf('SCRAM-SHA-256', credential, 'Secret')).toBe(false)
    const stored = JSON.stringify((await broker.storage.entries('credential/')).map(([, value]) => String(value)))
    expect(stored).not.toContain('secret')
    expect(stored).not.toContain(saltedPassword.toString('base64'))
  })

  it('deletes credentials, and with the last one the user', async () => {
    await using broker = await startBroker()
    await alter(broker, { upsertions: [upsertion('alice'), upsertion('alice', { mechanism: SHA_512 })] })
    expect(await alter(broker, { deletions: [{ name: 'alice', mechanism: SHA_256 }] })).toEqual(['alice: NONE'])
    expect(broker.broker.credentials.mechanismsOf('alice')).toEqual(['SCRAM-SHA-512'])
    expect(await alter(broker, { deletions: [{ name: 'alice', mechanism: SHA_512 }] })).toEqual(['alice: NONE'])
    expect(await users(broker)).toEqual([])
    expect(await broker.storage.entries('credential/')).toEqual([])
  })

  it.each<[string, Alteration, string]>([
    ['a user without a name', { upsertions: [upsertion('')] }, ': UNACCEPTABLE_CREDENTIAL'],
    ['too few rounds', { upsertions: [upsertion('x', { iterations: 4095 })] }, 'x: UNACCEPTABLE_CREDENTIAL'],
    ['too many rounds', { upsertions: [upsertion('x', { iterations: 16385 })] }, 'x: UNACCEPTABLE_CREDENTIAL'],
    ['an unknown mechanism', { upsertions: [upsertion('x', { mechanism: 0 })] }, 'x: UNSUPPORTED_SASL_MECHANISM'],
    ['one that is set twice', { upsertions: [upsertion('x'), upsertion('x')] }, 'x: DUPLICATE_RESOURCE'],
    [
      'one that is set and deleted',
      { upsertions: [upsertion('alice')], deletions: [{ name: 'alice', mechanism: SHA_256 }] },
      'alice: DUPLICATE_RESOURCE',
    ],
    ['one that is not there', { deletions: [{ name: 'x', mechanism: SHA_256 }] }, 'x: RESOURCE_NOT_FOUND'],
    ['one of another mechanism', { deletions: [{ name: 'alice', mechanism: SHA_512 }] }, 'alice: RESOURCE_NOT_FOUND'],
  ])('refuses %s and does the rest', async (_what, request, refusal) => {
    await using broker = await startBroker()
    await addUser(broker.broker, 'alice', 'secret', ['SCRAM-SHA-256'])
    const { upsertions = [] } = request
    const result = await alter(broker, { ...request, upsertions: [...upsertions, upsertion('bob')] })
    expect(result.sort()).toEqual([refusal, 'bob: NONE'].sort())
    expect(await users(broker)).toEqual(['alice: 1 at 4096', 'bob: 1 at 4096'])
  })

  it('of two that delete at the same time one succeeds', async () => {
    await using broker = await startBroker()
    await addUser(broker.broker, 'alice', 'secret', ['SCRAM-SHA-256'])
    const remove = () => alter(broker, { deletions: [{ name: 'alice', mechanism: SHA_256 }] })
    expect(await Promise.all([remove(), remove()])).toEqual([['alice: NONE'], ['alice: RESOURCE_NOT_FOUND']])
  })

  it('changes nothing when the storage fails', async () => {
    const storage = new FaultyEngine(await openMemoryEngine({ maxBytes: 2 ** 20, durability: 'none' }))
    await using broker = await startBroker({ storage })
    await addUser(broker.broker, 'alice', 'secret', ['SCRAM-SHA-256'])
    storage.failCommits()
    expect(
      await alter(broker, { upsertions: [upsertion('bob')], deletions: [{ name: 'alice', mechanism: SHA_256 }] }),
    ).toEqual(['alice: KAFKA_STORAGE_ERROR', 'bob: KAFKA_STORAGE_ERROR'])
    expect(await users(broker)).toEqual(['alice: 1 at 4096'])
  })

  it('says what is on the disk when nobody knows whether a commit was kept', async () => {
    const storage = new FaultyEngine(await openMemoryEngine({ maxBytes: 2 ** 20, durability: 'none' }))
    await using broker = await startBroker({ storage })
    storage.failCommitsAfterApplying()
    expect(await alter(broker, { upsertions: [upsertion('bob')] })).toEqual(['bob: KAFKA_STORAGE_ERROR'])
    expect(await users(broker)).toEqual(['bob: 1 at 4096'])
  })

  it('is still there after a restart, as is what users that do not exist are told', async () => {
    const storage = lasting(await openMemoryEngine({ maxBytes: 2 ** 20, durability: 'none' }))
    const before = await startBroker({ storage })
    await addUser(before.broker, 'a"l/ice', 'secret')
    const { scram } = before.broker.credentials
    const known = scram.call(before.broker.credentials, 'SCRAM-SHA-512', 'a"l/ice')
    const madeUp = scram.call(before.broker.credentials, 'SCRAM-SHA-512', 'nobody')
    await before.broker.close()
    await using after = await startBroker({ storage })
    expect(after.broker.credentials.scram('SCRAM-SHA-512', 'a"l/ice')).toEqual(known)
    expect(after.broker.credentials.scram('SCRAM-SHA-512', 'nobody')).toEqual(madeUp)
    expect(after.broker.credentials.mechanismsOf('nobody')).toEqual([])
    expect(await users(after)).toEqual(['a"l/ice: 1 at 4096', 'a"l/ice: 2 at 4096'])
  })
})
