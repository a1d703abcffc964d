import { expect } from 'vitest'
import { createBroker } from '../../src/broker/broker.ts'
import { type ManualClock, manualClock } from '../../src/core/clock.ts'
import type { Hook } from '../../src/core/hook.ts'
import { type SaslMechanism, saslMechanisms } from '../../src/core/sasl.ts'
import { describeCluster } from '../../src/protocol/apis/describe-cluster.ts'
import type { ServerLimits } from '../../src/server/limits.ts'
import { openMemoryEngine } from '../../src/storage/memory/memory-engine.ts'
import type { RawClient } from './raw-client.ts'
import { serve } from './served.ts'
import { addUser } from './users.ts'

export interface AskingOptions {
  readonly sasl?: readonly SaslMechanism[]
  readonly limits?: Partial<ServerLimits>
  readonly clock?: ManualClock
}

/** A listener that asks, of a broker that knows alice, whose password is "secret", and bob, whose is "pw". */
export async function asking({ sasl = saslMechanisms, limits, clock = manualClock() }: AskingOptions = {}) {
  const storage = await openMemoryEngine({ maxBytes: 2 ** 20, durability: 'none' })
  const log: string[] = []
  const logger = (level: string, message: string) => void log.push(`${level} ${message}`)
  const principals: string[] = []
  const hook: Hook = {
    name: 'watch',
    onRequest: ({ connection }) => void principals.push(connection.principal),
  }
  const broker = await createBroker({ storage, hooks: [hook] })
  await addUser(broker, 'alice', 'secret')
  await addUser(broker, 'bob', 'pw')
  principals.length = 0
  const listener = await serve(broker, {
    sasl,
    clock,
    logger,
    limits: { failedAuthenticationDelayMs: 1, ...limits },
  })
  return Object.assign(listener, { broker, log, clock, principals })
}

/** The other end closes it without a further answer. */
export async function isClosed(client: RawClient): Promise<void> {
  expect(await client.frame()).toBeUndefined()
  await client.closed
}

/** Asks something, as who may ask. */
export async function clusterOf(client: RawClient): Promise<string> {
  client.send(describeCluster, 0, 9, {})
  return (await client.receive(describeCluster, 0)).body.clusterId
}
