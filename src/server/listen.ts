import { chmodSync } from 'node:fs'
import { type AddressInfo, isIPv6, type Server, type Socket } from 'node:net'
import type { Broker } from '../core/broker.ts'
import { type Clock, systemClock } from '../core/clock.ts'
import { nextConnectionId } from '../core/connection-id.ts'
import { RafkaError } from '../core/errors.ts'
import { type Logger, silentLogger } from '../core/log.ts'
import type { SaslMechanism } from '../core/sasl.ts'
import { SlabPool } from '../core/slab-pool.ts'
import { boundedLog } from './bounded-log.ts'
import { Connection, type ConnectionShare, type ServerConnectionInfo } from './connection.ts'
import { type Door, plainDoor } from './door.ts'
import { FetchBudget } from './fetch-budget.ts'
import { defaultServerLimits, type ServerLimits } from './limits.ts'
import { servedApis } from './read-request.ts'
import { PasswordChecks } from './sasl/password-checks.ts'
import type { ListenerTls } from './tls.ts'

const KEEP_ALIVE_MS = 60_000
const BACKLOG = 511
const socketOptions = {
  allowHalfOpen: true,
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: KEEP_ALIVE_MS,
}

/** A host and a port, as clients dial them. */
export interface HostPort {
  readonly host: string
  readonly port: number
}

/** Where to listen: a TCP address, or the path of a Unix socket. */
export type ListenAddress =
  | {
      /** Default 127.0.0.1. */
      readonly host?: string | undefined
      /** 0: a free one. */
      readonly port: number
      /** What clients are told to dial; default: where they came in. */
      readonly advertised?: HostPort | undefined
      /** Mechanisms in which clients must say who they are; none: nobody is asked. */
      readonly sasl?: readonly SaslMechanism[] | undefined
      /** Left out: bytes go as they are. */
      readonly tls?: ListenerTls | undefined
    }
  | { readonly path: string }

export interface ListenSettings {
  readonly limits?: Partial<ServerLimits> | undefined
  readonly logger?: Logger | undefined
  readonly clock?: Clock | undefined
}

/** An open door to a broker. */
export interface Listener {
  /** `host:port` as bound, or `local`: the name that connections carry. */
  readonly name: string
  /** The bound address; undefined for a Unix socket. */
  readonly address: HostPort | undefined
  /** What clients are told to dial; undefined when that depends on where they came in, and for a Unix socket. */
  readonly advertised: HostPort | undefined
  /** Open connections. */
  readonly connectionCount: number
  /**
   * Takes no more connections and requests, ends long polls, answers what has begun, and closes; at the latest after `drainMs`.
   * A Unix socket's file is removed.
   */
  close(): Promise<void>
}

/**
 * Lets clients in to `broker` at an address, speaking Kafka's protocol.
 * @throws RafkaError `LISTENER_UNUSABLE` when the address is in use, not of this machine, or not allowed; `INVALID_ARGUMENT` when its certificate or
 *   key cannot be used
 */
export async function listen(broker: Broker, where: ListenAddress, settings: ListenSettings = {}): Promise<Listener> {
  const limits = { ...defaultServerLimits, ...settings.limits }
  const log = boundedLog(settings.logger ?? silentLogger)
  const share = shareOf(broker, where, limits, log, settings.clock ?? systemClock)
  const connections = new Map<Connection, Socket>()
  const tls = 'path' in where ? undefined : where.tls
  const door = tls === undefined ? plainDoor(socketOptions) : await doorWithTls(tls, limits, log)
  const { server } = door
  server.maxConnections = limits.maxConnections
  await bind(server, where)
  server.on('error', (error) => log('warn', 'a connection could not be taken', { error: error.message }))
  server.on('drop', () => log('warn', `connection refused: ${limits.maxConnections} are open (max.connections)`))

  const address = 'path' in where ? undefined : addressOf(server)
  const advertised = 'path' in where || address === undefined ? undefined : advertisedBy(where.advertised, address)
  const name = address === undefined ? 'local' : formatHostPort(address)
  const accept = (socket: Socket, principal: string) => {
    const info: ServerConnectionInfo = {
      id: nextConnectionId(),
      listener: name,
      remoteAddress: socket.remoteAddress ?? (address === undefined ? 'local' : 'unknown'),
      principal,
      advertised: address === undefined ? undefined : (advertised ?? cameInAt(socket, address)),
    }
    const connection = new Connection(socket, info, share)
    connections.set(connection, socket)
    socket.once('close', () => connections.delete(connection))
  }
  door.open(name, accept)

  let closed: Promise<void> | undefined
  return {
    name,
    address,
    advertised,
    get connectionCount() {
      return connections.size
    },
    close() {
      closed ??= closeAll(server, door, connections)
      return closed
    },
  }
}

async function closeAll(server: Server, door: Door, connections: ReadonlyMap<Connection, Socket>): Promise<void> {
  const gone = [...connections.values()].map(closeOf)
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  door.end()
  for (const connection of connections.keys()) connection.end()
  await Promise.all([closed, ...gone])
}

function closeOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()))
}

function shareOf(
  broker: Broker,
  where: ListenAddress,
  limits: ServerLimits,
  log: Logger,
  clock: Clock,
): ConnectionShare {
  const apis = servedApis(broker.apis)
  const mechanisms = 'path' in where ? [] : (where.sasl ?? [])
  const { credentials } = broker
  const { maxReauthMs } = limits
  const authentication =
    mechanisms.length === 0
      ? undefined
      : { mechanisms, credentials, checks: new PasswordChecks(), apis, maxReauthMs, clock }
  const budget = new FetchBudget(limits.fetchBudgetBytes)
  return { broker, apis, limits, budget, slabs: new SlabPool(), log, authentication }
}

/** Node's TLS costs milliseconds of a start, and most listeners do without. */
async function doorWithTls(tls: ListenerTls, { authenticationTimeoutMs }: ServerLimits, log: Logger): Promise<Door> {
  const { secureDoor } = await import('./secure-door.ts')
  return secureDoor(socketOptions, tls, authenticationTimeoutMs, log)
}

async function bind(server: Server, where: ListenAddress): Promise<void> {
  const target =
    'path' in where
      ? { path: where.path, backlog: BACKLOG }
      : { host: where.host ?? '127.0.0.1', port: where.port, backlog: BACKLOG, exclusive: true }
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(unusable(where, error)))
    server.listen(target, () => {
      server.removeAllListeners('error')
      try {
        // Requests on the local socket are its owner's alone, whatever the umask. Not awaited: from here on clients connect, and those that
        // came before there is somebody to serve them would never be answered.
        if ('path' in where) chmodSync(where.path, 0o600)
        resolve()
      } catch (error) {
        server.close()
        reject(unusable(where, error as NodeJS.ErrnoException))
      }
    })
  })
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'it is in use: stop the program that has it, or choose another port',
  EACCES: 'permission denied: ports below 1024 may need a privileged user, and a socket a writable directory',
  EADDRNOTAVAIL: 'it is not an address of this machine',
  ENOTFOUND: 'the host name is not known',
}

function unusable(where: ListenAddress, error: NodeJS.ErrnoException): RafkaError {
  const place = 'path' in where ? where.path : formatHostPort({ host: where.host ?? '127.0.0.1', port: where.port })
  const code = error.code ?? 'unknown'
  return new RafkaError('LISTENER_UNUSABLE', `cannot listen on ${place}: ${reasons[code] ?? error.message}`, {
    cause: error,
    details: { address: place, reason: code },
  })
}

function addressOf(server: Server): HostPort {
  const { address, port } = server.address() as AddressInfo
  return { host: address, port }
}

function advertisedBy(advertised: HostPort | undefined, bound: HostPort): HostPort | undefined {
  if (advertised !== undefined) return { host: advertised.host, port: advertised.port || bound.port }
  return bound.host === '0.0.0.0' || bound.host === '::' ? undefined : bound
}

/** A listener on all addresses is reached by the one that the client dialled. */
function cameInAt(socket: Socket, bound: HostPort): HostPort {
  const host = (socket.localAddress ?? '127.0.0.1').replace(/^::ffff:/, '')
  return { host, port: bound.port }
}

/** `host:port`, with brackets around an IPv6 address. */
function formatHostPort({ host, port }: HostPort): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`
}
