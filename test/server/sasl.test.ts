import { describe, expect, test } from 'vitest'
import { saslMechanisms } from '../../src/core/sasl.ts'
import { apiVersions } from '../../src/protocol/apis/api-versions.ts'
import { describeCluster } from '../../src/protocol/apis/describe-cluster.ts'
import { apis } from '../../src/protocol/apis/index.ts'
import { metadata } from '../../src/protocol/apis/metadata.ts'
import { saslAuthenticate } from '../../src/protocol/apis/sasl-authenticate.ts'
import { saslHandshake } from '../../src/protocol/apis/sasl-handshake.ts'
import { errorName } from '../../src/protocol/error-codes.ts'
import { encodeRequest } from '../../src/protocol/wire.ts'
import { asking, clusterOf, isClosed } from '../support/asking-listener.ts'
import { handshake, logIn, say, scramClient } from '../support/sasl-client.ts'
import { dial } from '../support/served.ts'

const generic = (mechanism: string) =>
  `Authentication failed during authentication due to invalid credentials with SASL mechanism ${mechanism}`

describe('before a client has said who it is', () => {
  test('C7: ApiVersions is answered, once', async () => {
    const listener = await asking()
    const client = await dial(listener)
    client.send(apiVersions, 0, 1, {})
    const { apiKeys } = (await client.receive(apiVersions, 0)).body
    expect(apiKeys.map(({ apiKey }) => apiKey)).toEqual(
      expect.arrayContaining([saslHandshake.key, saslAuthenticate.key]),
    )
    client.send(apiVersions, 0, 2, {})
    await isClosed(client)
  })

  test('a version of ApiVersions that is not served may be followed by one that is', async () => {
    const client = await dial(await asking())
    client.write(Buffer.from('0000000a0012006300000001ffff', 'hex'))
    const body = (await client.frame())!
    expect(errorName(body.readInt16BE(4))).toBe('UNSUPPORTED_VERSION')
    client.send(apiVersions, 3, 2, { clientSoftwareName: 'x', clientSoftwareVersion: '1' })
    expect((await client.receive(apiVersions, 3)).body.errorCode).toBe(0)
    expect((await logIn(client, 'PLAIN', 'alice', 'secret')).errorCode).toBe(0)
  })

  const others = apis.filter(({ key }) => ![apiVersions.key, saslHandshake.key].includes(key))
  test.each(others)('S3: $name closes the connection, and the broker sees nothing of it', async (api) => {
    const { principals, ...listener } = await asking()
    for (const before of ['nothing', 'versions', 'handshake', 'half'] as const) {
      if (before !== 'nothing' && api.key === saslAuthenticate.key && before !== 'versions') continue
      const client = await dial(listener)
      if (before === 'versions') {
        client.send(apiVersions, 0, 1, {})
        await client.receive(apiVersions, 0)
      }
      if (before === 'handshake') await handshake(client, 'PLAIN')
      if (before === 'half') {
        await handshake(client, 'SCRAM-SHA-256')
        await say(client, scramClient('SCRAM-SHA-256', 'alice', 'secret').first)
      }
      const [, version] = api.versions
      client.write(...encodeRequest(api, version, 5, 'raw', api.request.create({}) as object))
      await isClosed(client)
    }
    expect(new Set(principals)).toEqual(new Set(['User:ANONYMOUS']))
    expect(principals).toHaveLength(1)
  })

  test('S3: what comes in one packet with a wrong password has no effect', async () => {
    const listener = await asking()
    const client = await dial(listener)
    const pieces = [
      encodeRequest(saslHandshake, 1, 1, 'raw', { mechanism: 'PLAIN' }),
      encodeRequest(saslAuthenticate, 2, 2, 'raw', { authBytes: Buffer.from('\0alice\0wrong') }),
      encodeRequest(metadata, 1, 3, 'raw', metadata.request.create({})),
    ]
    client.write(...pieces.flat())
    expect((await client.receive(saslHandshake, 1)).body.errorCode).toBe(0)
    expect(errorName((await client.receive(saslAuthenticate, 2)).body.errorCode)).toBe('SASL_AUTHENTICATION_FAILED')
    await isClosed(client)
    expect(listener.principals).toEqual([])
  })

  test('what comes in one packet with the right one is answered', async () => {
    const listener = await asking()
    const client = await dial(listener)
    const pieces = [
      encodeRequest(saslHandshake, 1, 1, 'raw', { mechanism: 'PLAIN' }),
      encodeRequest(saslAuthenticate, 2, 2, 'raw', { authBytes: Buffer.from('\0alice\0secret') }),
      encodeRequest(describeCluster, 0, 3, 'raw', describeCluster.request.create({})),
    ]
    client.write(...pieces.flat())
    await client.receive(saslHandshake, 1)
    await client.receive(saslAuthenticate, 2)
    expect((await client.receive(describeCluster, 0)).body.clusterId).toBe(listener.broker.clusterId)
    expect(listener.principals).toEqual(['User:alice'])
  })

  test('it has only so long', async () => {
    const listener = await asking({ limits: { authenticationTimeoutMs: 20 } })
    const client = await dial(listener)
    await isClosed(client)
    expect(listener.log).toEqual(['warn closed: it did not say in 20 ms who it is'])
  })

  test('a request may not be large', async () => {
    const listener = await asking({ limits: { maxUnprovenBytes: 1000 } })
    const client = await dial(listener)
    client.write(Buffer.from('000003e9', 'hex'))
    await isClosed(client)
    const other = await dial(listener)
    await logIn(other, 'PLAIN', 'alice', 'secret')
    other.send(metadata, 1, 3, { topics: [{ name: 'x'.repeat(2000), topicId: '' }] } as never)
    expect((await other.receive(metadata, 1)).body.topics).toHaveLength(1)
  })
})

describe.each(saslMechanisms)('%s', (mechanism) => {
  test('lets in who has the password, as who it is', async () => {
    const listener = await asking()
    const client = await dial(listener)
    const { errorCode, errorMessage, sessionLifetimeMs } = await logIn(client, mechanism, 'alice', 'secret')
    expect({ errorCode, errorMessage, sessionLifetimeMs }).toEqual({
      errorCode: 0,
      errorMessage: '',
      sessionLifetimeMs: 0,
    })
    expect(await clusterOf(client)).toBe(listener.broker.clusterId)
    expect(listener.principals).toEqual(['User:alice'])
  })

  test.each([
    ['a wrong password', 'alice', 'Secret'],
    ['the password of somebody else', 'alice', 'pw'],
    ['a user who does not exist', 'nobody', 'secret'],
  ])('S3: %s is refused without a reason, and closed', async (_what, user, password) => {
    const client = await dial(await asking())
    const { errorCode, errorMessage, authBytes } = await logIn(client, mechanism, user, password)
    expect(errorName(errorCode)).toBe('SASL_AUTHENTICATION_FAILED')
    const invalid = 'Authentication failed: Invalid username or password'
    expect(errorMessage).toBe(mechanism === 'PLAIN' ? invalid : generic(mechanism))
    expect(authBytes).toHaveLength(0)
    await isClosed(client)
  })

  test('S2: after version 0 of the handshake come bare tokens', async () => {
    const listener = await asking()
    const client = await dial(listener)
    expect((await handshake(client, mechanism, 0)).error).toBe('NONE')
    const tell = async (token: Buffer | string) => {
      const size = Buffer.alloc(4)
      size.writeInt32BE(Buffer.byteLength(token))
      client.write(size, Buffer.from(token))
      return (await client.frame())!
    }
    if (mechanism === 'PLAIN') expect(await tell('\0alice\0secret')).toHaveLength(0)
    else {
      const scram = scramClient(mechanism, 'alice', 'secret')
      const first = await tell(scram.first)
      expect((await tell(await scram.final(first.toString()))).toString()).toMatch(/^v=/)
    }
    expect(await clusterOf(client)).toBe(listener.broker.clusterId)
    expect(listener.principals).toEqual(['User:alice'])
  })

  test('S2: after version 0 a wrong token is answered by closing', async () => {
    const client = await dial(await asking())
    await handshake(client, mechanism, 0)
    client.write(Buffer.from('00000003', 'hex'), Buffer.from('abc'))
    await isClosed(client)
  })

  test('nonsense is refused', async () => {
    for (const message of [
      '',
      '\0',
      '\0\0',
      'n,,n=alice',
      'n,,n=alice,r=',
      'n,,n=al=ice,r=x',
      'p=x,,n=alice,r=x',
      '\0alice\0',
    ]) {
      const client = await dial(await asking())
      await handshake(client, mechanism)
      expect(errorName((await say(client, message)).errorCode)).toBe('SASL_AUTHENTICATION_FAILED')
      await isClosed(client)
    }
  })

  test('nobody acts for somebody else', async () => {
    const client = await dial(await asking())
    await handshake(client, mechanism)
    const message = mechanism === 'PLAIN' ? 'alice\0bob\0pw' : 'n,a=alice,n=bob,r=x'
    const { errorCode } = await say(client, message)
    expect(errorName(errorCode)).toBe('SASL_AUTHENTICATION_FAILED')
    await isClosed(client)
  })
})

describe.each(['SCRAM-SHA-256', 'SCRAM-SHA-512'] as const)('%s', (mechanism) => {
  test.each([
    ['another nonce', { nonce: 'rOprNGfwEbeRWgbNEkqO' }],
    ['another channel binding', { gs2Header: 'y,,' }],
  ])('a proof over %s is refused', async (_what, changed) => {
    const client = await dial(await asking())
    await handshake(client, mechanism)
    const scram = scramClient(mechanism, 'alice', 'secret')
    const first = await say(client, scram.first)
    const last = await say(client, await scram.final(first.authBytes.toString(), changed))
    expect(last.errorMessage).toBe(generic(mechanism))
    await isClosed(client)
  })

  test('a client that puts its own part of the nonce in front twice is let in, as librdkafka before 2.6.1', async () => {
    const client = await dial(await asking())
    await handshake(client, mechanism)
    const scram = scramClient(mechanism, 'alice', 'secret', 'mine')
    const first = (await say(client, scram.first)).authBytes.toString()
    const nonce = /^r=([^,]+)/.exec(first)?.[1]
    const { errorCode } = await say(client, await scram.final(first, { nonce: `mine${nonce}` }))
    expect(errorCode).toBe(0)
  })

  test('a user who does not exist is told the same salt each time, and a number of rounds', async () => {
    const listener = await asking()
    const saltOf = async (user: string) => {
      const client = await dial(listener)
      await handshake(client, mechanism)
      const first = (await say(client, scramClient(mechanism, user, '').first)).authBytes.toString()
      return /,(s=.*,i=4096)$/.exec(first)?.[1]
    }
    const salt = await saltOf('nobody')
    expect(salt).toHaveLength('s=,i=4096'.length + 32)
    expect(await saltOf('nobody')).toBe(salt)
    expect(await saltOf('no one')).not.toBe(salt)
  })
})

describe('the handshake', () => {
  test('S1: lists what there is for a mechanism that there is not, and closes', async () => {
    for (const mechanism of ['GSSAPI', 'plain', 'PLAIN']) {
      const client = await dial(await asking({ sasl: ['SCRAM-SHA-256', 'SCRAM-SHA-512'] }))
      expect(await handshake(client, mechanism)).toEqual({
        error: 'UNSUPPORTED_SASL_MECHANISM',
        mechanisms: ['SCRAM-SHA-256', 'SCRAM-SHA-512'],
      })
      await isClosed(client)
    }
  })

  test('S1: lists them on success too', async () => {
    const client = await dial(await asking())
    expect((await handshake(client, 'PLAIN')).mechanisms).toEqual(saslMechanisms)
  })

  test('S4: once more is ILLEGAL_SASL_STATE, and harms nothing', async () => {
    const listener = await asking()
    const client = await dial(listener)
    await logIn(client, 'PLAIN', 'alice', 'secret')
    expect((await handshake(client, 'PLAIN')).error).toBe('ILLEGAL_SASL_STATE')
    expect(errorName((await say(client, '\0bob\0pw')).errorCode)).toBe('ILLEGAL_SASL_STATE')
    await clusterOf(client)
    expect(new Set(listener.principals)).toEqual(new Set(['User:alice']))
  })

  test('S4: where nobody is asked it is ILLEGAL_SASL_STATE', async () => {
    const client = await dial(await asking({ sasl: [] }))
    expect((await handshake(client, 'PLAIN')).error).toBe('ILLEGAL_SASL_STATE')
  })
})
