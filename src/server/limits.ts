/** Bounds of a listener: what one connection, and all together, may take. */
export interface ServerLimits {
  /** Largest request in bytes: Kafka's `socket.request.max.bytes`. */
  readonly maxRequestBytes: number
  /** Connections at a time: Kafka's `max.connections`. The next one is closed at once. */
  readonly maxConnections: number
  /** A connection without traffic goes after so many ms: Kafka's `connections.max.idle.ms`. */
  readonly maxIdleMs: number
  /** In each such time, in ms, an unfinished request must bring `minReadBytes`, or the connection is closed. */
  readonly readTimeoutMs: number
  /** See `readTimeoutMs`. */
  readonly minReadBytes: number
  /** Requests of one connection that wait for their answer; beyond it nothing more is read. */
  readonly maxInFlight: number
  /** Bytes of these requests. One request may be larger. */
  readonly maxInFlightBytes: number
  /** Fetches of one connection that wait for their answer. */
  readonly maxFetchesInFlight: number
  /** Bytes of answers that the other end has not taken; beyond it nothing more is read. */
  readonly maxUnsentBytes: number
  /** Bytes that the answers to fetches of all connections should take; near it each is given less. */
  readonly fetchBudgetBytes: number
  /** How long a client may take to say who it is, and for the handshake of TLS, in ms. */
  readonly authenticationTimeoutMs: number
  /** How long a client that failed to do so waits for its answer, in ms: Kafka's `connection.failed.authentication.delay.ms`. */
  readonly failedAuthenticationDelayMs: number
  /** A client must prove anew who it is after so many ms: Kafka's `connections.max.reauth.ms`. 0: never. */
  readonly maxReauthMs: number
  /** Largest request in bytes while that is not proven: Kafka's `sasl.server.max.receive.size`. */
  readonly maxUnprovenBytes: number
  /** How long `close` waits for answers to requests that have begun, in ms. */
  readonly drainMs: number
}

/** What holds unless a listener is told otherwise. Kafka's defaults where Kafka has one, but for the number of connections. */
export const defaultServerLimits: ServerLimits = {
  maxRequestBytes: 104_857_600,
  maxConnections: 20_000,
  maxIdleMs: 600_000,
  readTimeoutMs: 30_000,
  minReadBytes: 16 * 1024,
  maxInFlight: 100,
  maxInFlightBytes: 16 * 1024 * 1024,
  maxFetchesInFlight: 4,
  maxUnsentBytes: 1024 * 1024,
  fetchBudgetBytes: 256 * 1024 * 1024,
  authenticationTimeoutMs: 10_000,
  failedAuthenticationDelayMs: 100,
  maxReauthMs: 0,
  maxUnprovenBytes: 524_288,
  drainMs: 5_000,
}
