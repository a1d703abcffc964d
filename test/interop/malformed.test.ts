import fc from 'fast-check'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { handlers } from '../../src/broker/handlers/index.ts'
import { arbitraryAttack, assertHealthy, attack } from '../support/attack.ts'
import { type ServedBroker, serveBroker } from '../support/served-broker.ts'

const RUNS_PER_VERSION = 25

describe('malformed requests', () => {
  let broker: ServedBroker
  beforeAll(async () => {
    broker = await serveBroker({ configs: { 'auto.create.topics.enable': 'false' } })
  })
  afterAll(() => broker[Symbol.asyncDispose]())

  it.each(handlers.map((handler) => ({ handler, name: handler.api.name })))(
    'of $name, at any version, cost their connection at most',
    async ({ handler }) => {
      for (let version = handler.minVersion; version <= handler.maxVersion; version++) {
        await fc.assert(
          fc.asyncProperty(arbitraryAttack(handler, version), (bytes) => attack(broker, bytes)),
          { numRuns: RUNS_PER_VERSION },
        )
      }
      await assertHealthy(broker)
    },
  )
})
