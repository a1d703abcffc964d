import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrokerHandle, createBroker } from '../../src/broker/broker.ts'
import type { SaslMechanism } from '../../src/core/sasl.ts'
import type { StorageEngine } from '../../src/core/storage-engine.ts'
import type { ServerLimits } from '../../src/server/limits.ts'
import { listen } from '../../src/server/listen.ts'
import type { ListenerTls } from '../../src/server/tls.ts'
import { openMemoryEngine } from '../../src/storage/memory/memory-engine.ts'
import { openSqliteEngine } from '../../src/storage/sqlite/sqlite-engine.ts'

/** A broker on a free port of the loopback interface. */
export interface ServedBroker extends AsyncDisposable {
  readonly broker: BrokerHandle
  readonly host: string
  readonly port: number
  /** `host:port` */
  readonly brokers: string
}

export interface ServedBrokerOptions {
  readonly engine?: 'sqlite' | 'memory'
  readonly configs?: Record<string, string>
  /** How clients must say who they are. */
  readonly sasl?: readonly SaslMechanism[]
  readonly tls?: ListenerTls
  readonly limits?: Partial<ServerLimits>
}

/** Starts a broker and lets clients in. Everything that it wrote is removed when it is disposed of. */
export async function serveBroker(options: ServedBrokerOptions = {}): Promise<ServedBroker> {
  const directory = await mkdtemp(join(tmpdir(), 'rafka-test-'))
  const broker = await createBroker({
    storage: await openEngine(options.engine ?? 'memory', directory),
    configs: options.configs,
  })
  const listener = await listen(broker, { host: '127.0.0.1', port: 0, sasl: options.sasl, tls: options.tls }, options)
  const { host, port } = listener.address!
  return {
    broker,
    host,
    port,
    brokers: `${host}:${port}`,
    async [Symbol.asyncDispose]() {
      await Promise.all([broker.close(), listener.close()])
      await rm(directory, { recursive: true, force: true })
    },
  }
}

function openEngine(engine: 'sqlite' | 'memory', path: string): Promise<StorageEngine> {
  return engine === 'sqlite'
    ? openSqliteEngine({ path, durability: 'none' })
    : openMemoryEngine({ maxBytes: 256 * 2 ** 20, durability: 'none' })
}
