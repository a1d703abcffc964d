import { describe, expect, test } from 'vitest'
import { type BrokerHandle, createBroker } from '../../src/broker/broker.ts'
import { type SaslMechanism, saslMechanisms } from '../../src/core/sasl.ts'
import { describeCluster } from '../../src/protocol/apis/describe-cluster.ts'
import { errorName } from '../../src/protocol/error-codes.ts'
import { openMemoryEngine } from '../../src/storage/memory/memory-engine.ts'
import { asking, clusterOf, isClosed } from '../support/asking-listener.ts'
import { handshake, logIn, prove } from '../support/sasl-client.ts'
import { dial, serve } from '../support/served.ts'
import { addUser } from '../support/users.ts'

describe('where sessions end', () => {
  const limits = { maxReauthMs: 10_000 }

  /** Logged in as alice, who is told how long it lasts. */
  async function loggedIn(mechanism: SaslMechanism = 'PLAIN') {
    const listener = await asking({ limits })
    const client = await dial(listener)
    expect((await logIn(client, mechanism, 'alice', 'secret')).sessionLifetimeMs).toBe(10_000)
    return { client, ...listener }
  }

  test('S5: a request after the end closes the connection', async () => {
    const { client, clock, log } = await loggedIn()
    clock.advance(9_999)
    await clusterOf(client)
    clock.advance(1)
    client.send(describeCluster, 0, 9, {})
    await isClosed(client)
    expect(log).toEqual(['warn closed: the session is over after 10000 ms (connections.max.reauth.ms)'])
  })

  test.each(saslMechanisms)('S5: %s begins another session, also after the end', async (mechanism) => {
    const { client, clock, principals } = await loggedIn(mechanism)
    for (const elapsed of [5_000, 10_001]) {
      clock.advance(elapsed)
      expect((await logIn(client, mechanism, 'alice', 'secret')).sessionLifetimeMs).toBe(10_000)
      clock.advance(9_000)
      await clusterOf(client)
    }
    expect(principals).toEqual(['User:alice', 'User:alice'])
  })

  test('S5: nobody becomes somebody else', async () => {
    const { client, clock, principals } = await loggedIn()
    clock.advance(5_000)
    const { errorCode, errorMessage } = await logIn(client, 'PLAIN', 'bob', 'pw')
    expect(errorName(errorCode)).toBe('SASL_AUTHENTICATION_FAILED')
    expect(errorMessage).toBe('Cannot change principals during re-authentication from User:alice: User:bob')
    await isClosed(client)
    expect(principals).toEqual([])
  })

  test('S5: the mechanism stays', async () => {
    const { client, clock } = await loggedIn()
    clock.advance(5_000)
    await handshake(client, 'SCRAM-SHA-256')
    const { errorMessage } = await prove(client, 'SCRAM-SHA-256', 'alice', 'secret')
    expect(errorMessage).toMatch(
      "'SCRAM-SHA-256' requested by client is not supported for re-authentication of mechanism 'PLAIN'",
    )
    await isClosed(client)
  })

  test('S5: requests in between close the connection', async () => {
    const { client, clock } = await loggedIn()
    clock.advance(5_000)
    await handshake(client, 'PLAIN')
    client.send(describeCluster, 0, 9, {})
    await isClosed(client)
  })

  test('S5: the third session so soon after the second is ILLEGAL_SASL_STATE', async () => {
    const { client, clock } = await loggedIn()
    expect((await logIn(client, 'PLAIN', 'alice', 'secret')).errorCode).toBe(0)
    clock.advance(999)
    expect((await handshake(client, 'PLAIN')).error).toBe('ILLEGAL_SASL_STATE')
    await clusterOf(client)
    clock.advance(1)
    expect((await logIn(client, 'PLAIN', 'alice', 'secret')).errorCode).toBe(0)
  })

  test('the log never has a password in it', async () => {
    const listener = await asking()
    for (const mechanism of saslMechanisms) {
      await logIn(await dial(listener), mechanism, 'alice', 'a wrong password')
    }
    expect(listener.log).toHaveLength(3)
    expect(listener.log.join()).not.toContain('a wrong password')
  })
})

test('hooks hear of a connection once it has said who it is', async () => {
  const storage = await openMemoryEngine({ maxBytes: 2 ** 20, durability: 'none' })
  const seen: string[] = []
  const broker: BrokerHandle = await createBroker({
    storage,
    hooks: [
      {
        name: 'watch',
        onConnect: ({ principal }) => void seen.push(`came ${principal}`),
        onDisconnect: ({ principal }) => void seen.push(`went ${principal}`),
      },
    ],
  })
  await addUser(broker, 'alice', 'secret')
  const listener = await serve(broker, { sasl: ['PLAIN'], limits: { failedAuthenticationDelayMs: 1 } })
  await logIn(await dial(listener), 'PLAIN', 'alice', 'wrong')
  const client = await dial(listener)
  await logIn(client, 'PLAIN', 'alice', 'secret')
  client.socket.end()
  await client.closed
  await broker.close()
  expect(seen).toEqual(['came User:alice', 'went User:alice'])
})
