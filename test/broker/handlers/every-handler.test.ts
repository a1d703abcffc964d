import { expect, it } from 'vitest'
import { handlers } from '../../../src/broker/handlers/index.ts'
import type { ApiDefinition } from '../../../src/protocol/api.ts'
import { startBroker } from '../../support/broker-fixture.ts'

const throttling = handlers
  .map((handler) => ({ handler, name: handler.api.name, api: handler.api as ApiDefinition<object, object> }))
  .filter(({ api }) => 'throttleTimeMs' in api.response.create({}))

it.each(throttling)(
  'C10: $name answers without a throttle time, since there are no quotas, also when it refuses',
  async ({ handler, api }) => {
    await using broker = await startBroker()
    // Without acks=-1 Produce has no answer; the others know no such field.
    const request = api.request.create({ acks: -1 } as object)
    expect(await broker.ask(api, request)).toMatchObject({ throttleTimeMs: 0 })
    const context = { connection: broker.connection, version: handler.maxVersion, clientId: 'test' }
    const refused = handler.refuse(request, { errorCode: -1, errorMessage: null }, context)
    expect(refused).toMatchObject({ throttleTimeMs: 0 })
  },
)
