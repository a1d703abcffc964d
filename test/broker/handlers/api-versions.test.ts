import { describe, expect, it } from 'vitest'
import { apiVersions } from '../../../src/protocol/apis/api-versions.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { startBroker } from '../../support/broker-fixture.ts'

const named = (clientSoftwareName: string, clientSoftwareVersion = '1.0') =>
  apiVersions.request.create({ clientSoftwareName, clientSoftwareVersion })

describe('ApiVersions', () => {
  it('lists what is handled, with Produce from 0 although 0 to 2 are refused, which librdkafka needs to compress', async () => {
    await using broker = await startBroker()
    const { apiKeys, errorCode } = await broker.ask(apiVersions, named('test'))
    expect(errorCode).toBe(0)
    expect(apiKeys).toHaveLength(broker.broker.apis.length)
    for (const { api, minVersion, maxVersion } of broker.broker.apis) {
      const expected = { apiKey: api.key, minVersion: api.name === 'Produce' ? 0 : minVersion, maxVersion }
      expect(apiKeys).toContainEqual(expected)
    }
  })

  it('C6: from version 3 on, a client that calls itself something odd is told so', async () => {
    await using broker = await startBroker()
    const error = async (name: string, version: number) =>
      errorName((await broker.ask(apiVersions, named(name), { version })).errorCode)
    expect(await error('a-b.c1', 3)).toBe('NONE')
    for (const odd of ['', '-a', 'a-', 'a b', 'é']) expect(await error(odd, 3)).toBe('INVALID_REQUEST')
    expect(await error('', 2)).toBe('NONE')
  })
})
