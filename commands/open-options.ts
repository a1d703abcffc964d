import type { Config } from '../config/load-config.ts'
import type { OpenOptions, ServerLimits } from '../src/index.ts'

/** What a data directory is opened with, by the configuration: all but hooks and listeners. What nobody set is left to `open`. */
export function openOptions(config: Config): OpenOptions {
  return {
    dataDir: config.dataDir,
    storage: {
      type: config.given('storage.type'),
      durability: config.given('storage.durability'),
      maxBytes: config.given('storage.memory.max.bytes'),
    },
    configs: config.brokerConfigs(),
    limits: serverLimits(config),
    hookTimeoutMs: config.given('hook.timeout.ms'),
    onHookFailure: config.given('hook.on.failure'),
  }
}

function serverLimits(config: Config): Partial<ServerLimits> {
  const limits: { [Name in keyof ServerLimits]: number | undefined } = {
    maxRequestBytes: config.given('server.socket.request.max.bytes'),
    maxConnections: config.given('server.max.connections'),
    maxIdleMs: config.given('server.connections.max.idle.ms'),
    readTimeoutMs: config.given('server.read.timeout.ms'),
    minReadBytes: config.given('server.read.min.bytes'),
    maxInFlight: config.given('server.max.requests.in.flight'),
    maxInFlightBytes: config.given('server.max.request.bytes.in.flight'),
    maxFetchesInFlight: config.given('server.max.fetches.in.flight'),
    maxUnsentBytes: config.given('server.max.unsent.bytes'),
    fetchBudgetBytes: config.given('server.fetch.budget.bytes'),
    authenticationTimeoutMs: config.given('server.authentication.timeout.ms'),
    failedAuthenticationDelayMs: config.given('server.connection.failed.authentication.delay.ms'),
    maxReauthMs: config.given('server.connections.max.reauth.ms'),
    maxUnprovenBytes: config.given('server.sasl.server.max.receive.size'),
    drainMs: config.given('server.drain.timeout.ms'),
  }
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined))
}
