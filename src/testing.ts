import type { NewTopic } from './core/admin.ts'
import type { Clock } from './core/clock.ts'
import { systemClock } from './core/clock.ts'
import { saslMechanisms, scramMechanisms } from './core/sasl.ts'
import { type EmbeddedRafka, type OpenOptions, open } from './open.ts'
import type { ListenerTls } from './server/tls.ts'

export type { Clock, ManualClock } from './core/clock.ts'
export { manualClock } from './core/clock.ts'

/** How a test wants its broker. */
export interface TestBrokerOptions<C extends Clock = Clock>
  extends Pick<OpenOptions, 'configs' | 'hooks' | 'hookTimeoutMs' | 'onHookFailure' | 'limits' | 'logger'> {
  /** Topics that are there from the start: names, or more about them. */
  readonly topics?: ReadonlyArray<string | NewTopic> | undefined
  /** `manualClock()` for one that the test moves. */
  readonly clock?: C | undefined
  /** Default: any free one. */
  readonly port?: number | undefined
  /** Passwords by the names of users. With any, clients must log in, with PLAIN or SCRAM; left out: nobody is asked. */
  readonly users?: Readonly<Record<string, string>> | undefined
  /** Left out: bytes go as they are. */
  readonly tls?: ListenerTls | undefined
}

/** A broker of one test. */
export interface TestBroker<C extends Clock = Clock> extends AsyncDisposable {
  /** `127.0.0.1:port`, for any Kafka client. */
  readonly brokers: string
  readonly host: string
  readonly port: number
  /** A client of it, and its broker, without a socket between. */
  readonly rafka: EmbeddedRafka
  readonly clock: C
  close(): Promise<void>
}

/**
 * A broker in memory, on a free port of this machine, ready in milliseconds:
 *
 *     await using broker = await startTestBroker({ topics: ['orders'] })
 */
export async function startTestBroker<C extends Clock = Clock>(
  options: TestBrokerOptions<C> = {},
): Promise<TestBroker<C>> {
  const { clock = systemClock as C, topics = [], users = {}, tls, port: wantedPort = 0, ...settings } = options
  // A test does not wait for more members to come, unless it says so.
  const configs = { 'group.initial.rebalance.delay.ms': '0', ...settings.configs }
  const rafka = await open({ ...settings, configs, clock, storage: { type: 'memory' } })
  try {
    await createUsers(rafka, users)
    const sasl = Object.keys(users).length === 0 ? undefined : saslMechanisms
    const { host, port } = await rafka.listen({ port: wantedPort, sasl, tls })
    await createTopics(rafka, topics)
    const close = () => rafka.close()
    return { brokers: `${host}:${port}`, host, port, rafka, clock, close, [Symbol.asyncDispose]: close }
  } catch (error) {
    await rafka.close()
    throw error
  }
}

async function createUsers(rafka: EmbeddedRafka, users: Readonly<Record<string, string>>): Promise<void> {
  const credentials = Object.entries(users).flatMap(([user, password]) =>
    scramMechanisms.map((mechanism) => ({ user, password, mechanism })),
  )
  for (const { name, error } of await rafka.admin().setCredentials(credentials)) {
    if (error !== null) throw new Error(`user "${name}" of the test broker: ${error.message}`)
  }
}

async function createTopics(rafka: EmbeddedRafka, topics: ReadonlyArray<string | NewTopic>): Promise<void> {
  if (topics.length === 0) return
  const wanted = topics.map((topic) => (typeof topic === 'string' ? { name: topic } : topic))
  for (const { name, error } of await rafka.admin().createTopics(wanted)) {
    if (error !== null) throw new Error(`topic "${name}" of the test broker: ${error.message}`)
  }
}
