import { setTimeout as delay } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import type { Broker } from '../../src/core/broker.ts'
import { apiVersions } from '../../src/protocol/apis/api-versions.ts'
import { describeCluster } from '../../src/protocol/apis/describe-cluster.ts'
import { type ListenAddress, type Listener, type ListenSettings, listen } from '../../src/server/listen.ts'
import { type RawClient, rawClient } from './raw-client.ts'

/** A listener on a free port for the rest of the test. It waits 200 ms for answers when it closes. */
export async function serve(
  broker: Broker,
  settings: ListenSettings & Pick<Extract<ListenAddress, { port: number }>, 'sasl' | 'tls'> = {},
): Promise<Listener & { port: number }> {
  const { sasl, tls } = settings
  const listener = await listen(
    broker,
    { port: 0, sasl, tls },
    { ...settings, limits: { drainMs: 200, ...settings.limits } },
  )
  onTestFinished(() => listener.close())
  return Object.assign(listener, { port: listener.address!.port })
}

/** A client for the rest of the test. */
export async function dial(target: { port: number; host?: string } | { path: string }): Promise<RawClient> {
  const client = await rawClient(target)
  onTestFinished(() => client[Symbol.asyncDispose]())
  return client
}

/** An answer that a test gives when it wants. */
export function gate<T>(): { promise: Promise<T>; open: (value: T) => void } {
  let open!: (value: T) => void
  const promise = new Promise<T>((resolve) => {
    open = resolve
  })
  return { promise, open }
}

/** Settles when `condition` holds: polled, where nothing tells of it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(2)
}

/** Scripts of a broker that answers the two simplest requests. */
export const answersVersions = { ApiVersions: () => apiVersions.response.create({}) }
export const answersCluster = { DescribeCluster: () => describeCluster.response.create({ clusterId: 'c' }) }
