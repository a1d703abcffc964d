import { describe, expect, it } from 'vitest'
import { describeUserScramCredentials } from '../../../src/protocol/apis/describe-user-scram-credentials.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { type BrokerFixture, startBroker } from '../../support/broker-fixture.ts'
import { addUser } from '../../support/users.ts'

async function ask(broker: BrokerFixture, names: string[] | null): Promise<string[]> {
  const request = describeUserScramCredentials.request.create({ users: names?.map((name) => ({ name })) ?? null })
  const { results } = await broker.ask(describeUserScramCredentials, request)
  return results.map(({ user, errorCode, credentialInfos }) => {
    const infos = credentialInfos.map(({ mechanism, iterations }) => ` ${mechanism}@${iterations}`).join('')
    return `${user}: ${errorName(errorCode)}${infos}`
  })
}

describe('DescribeUserScramCredentials', () => {
  it('tells mechanisms and rounds of the users that are named, or of all', async () => {
    await using broker = await startBroker()
    expect(await ask(broker, null)).toEqual([])
    await addUser(broker.broker, 'bob', 'pw', ['SCRAM-SHA-512'])
    await addUser(broker.broker, 'alice', 'pw')
    const all = ['alice: NONE 1@4096 2@4096', 'bob: NONE 2@4096']
    expect(await ask(broker, null)).toEqual(all)
    expect(await ask(broker, [])).toEqual(all)
    expect(await ask(broker, ['bob'])).toEqual(['bob: NONE 2@4096'])
  })

  it('has an error for a user who is not there, and for one that is named twice', async () => {
    await using broker = await startBroker()
    await addUser(broker.broker, 'bob', 'pw', ['SCRAM-SHA-512'])
    expect(await ask(broker, ['x', 'bob', 'alice', 'alice'])).toEqual([
      'x: RESOURCE_NOT_FOUND',
      'bob: NONE 2@4096',
      'alice: DUPLICATE_RESOURCE',
    ])
  })
})
