import { describe, expect, it } from 'vitest'
import { apiVersions } from '../../src/protocol/apis/api-versions.ts'
import { apis } from '../../src/protocol/apis/index.ts'
import { metadata } from '../../src/protocol/apis/metadata.ts'
import { startBroker } from '../support/broker-fixture.ts'

describe('the dispatcher', () => {
  it('refuses an API that there is no handler for, so that the connection is closed', async () => {
    await using broker = await startBroker()
    const unknown = { key: 9999, name: 'NoSuchApi', versions: [0, 0] as const }
    await expect(broker.ask(unknown, {}, { version: 0 })).rejects.toMatchObject({ code: 'UNSUPPORTED_VERSION' })
    for (const api of apis) {
      if (broker.broker.apis.some((one) => one.api.key === api.key)) continue
      await expect(broker.ask(api, {})).rejects.toMatchObject({ code: 'UNSUPPORTED_VERSION' })
    }
  })

  it('refuses versions outside of those that it advertises', async () => {
    await using broker = await startBroker()
    for (const { api, minVersion, maxVersion } of broker.broker.apis) {
      for (const version of [minVersion - 1, maxVersion + 1, -1, 2 ** 15 - 1]) {
        await expect(broker.ask(api, {}, { version })).rejects.toMatchObject({ code: 'UNSUPPORTED_VERSION' })
      }
    }
  })

  it('goes on after a request that failed unexpectedly', async () => {
    await using broker = await startBroker()
    await expect(broker.ask(metadata, null as never)).rejects.toThrow(TypeError)
    const request = apiVersions.request.create({ clientSoftwareName: 'test', clientSoftwareVersion: '1' })
    expect(await broker.ask(apiVersions, request)).toMatchObject({ errorCode: 0 })
    expect(await broker.ask(metadata, metadata.request.create({ topics: null }))).toMatchObject({ topics: [] })
  })
})
