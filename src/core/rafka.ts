import type { Admin } from './admin.ts'
import type { Consumer, Position, TopicPartition } from './consumer.ts'
import type { RafkaError } from './errors.ts'
import type { CompressionName } from './message.ts'
import type { Producer } from './producer.ts'

export interface ProducerOptions {
  /** Default `all`: acknowledged when durable. */
  readonly acks?: 'all' | 1 | 0 | undefined
  /** Default `none`. */
  readonly compression?: CompressionName | undefined
  /** How long a batch waits for more records, in ms; default 5. A full batch never waits. */
  readonly lingerMs?: number | undefined
  /** Bytes of a batch before compression, at most; default 1 MiB - 16 KiB. */
  readonly batchBytes?: number | undefined
  /** Bytes of all that is not yet acknowledged; default 32 MiB. `send` waits, `write` answers false beyond it. */
  readonly bufferBytes?: number | undefined
  /** No record doubled by a retry; default true unless `acks` is not `all`. */
  readonly idempotent?: boolean | undefined
  /** From `send` to failure, in ms; default 120,000. */
  readonly deliveryTimeoutMs?: number | undefined
  /** For one request, in ms; default 30,000. */
  readonly requestTimeoutMs?: number | undefined
  /** Largest request, in bytes; default 1,048,576 like Java's `max.request.size`. */
  readonly maxRequestBytes?: number | undefined
  /**
   * Makes it a transactional producer: what it sends belongs to transactions (`Producer.begin`). A producer shuts out an earlier one with the same id, and what that one left
   * open is aborted: so the id names a place of work, not a process.
   */
  readonly transactionalId?: string | undefined
  /** The broker aborts a transaction that is open for longer, in ms; default 60,000. */
  readonly transactionTimeoutMs?: number | undefined
}

/** How a classic group shares out partitions: see `src/client/groups/assignors/`. */
export type AssignorName = 'range' | 'round-robin' | 'sticky' | 'cooperative-sticky'

export interface ConsumerOptions {
  /** All partitions of each, or the named ones. */
  readonly topics: ReadonlyArray<string | { readonly topic: string; readonly partitions: readonly number[] }>
  /**
   * Beside `topics`, which may be none then: every topic whose name it accepts, also those that come into being later, but for internal ones. They are looked for twice a
   * minute. Without `to` alone.
   */
  readonly matching?: ((topic: string) => boolean) | undefined
  /**
   * Default `start`; with a group `stored`: where the group stands. Any other position counts for the partitions that the first assignment
   * brings; what comes later begins where the group stands.
   */
  readonly from?: Position | 'stored' | undefined
  /**
   * Where to begin in a partition of which the group has no offset, and where to go on when the log does not hold the group's offset. `fail`: the error
   * `OFFSET_OUT_OF_RANGE`. Default `start`.
   */
  readonly reset?: 'start' | 'end' | 'fail' | undefined
  /** Per partition, over `from`. */
  readonly positions?: ReadonlyArray<{ topic: string; partition: number; position: Position }> | undefined
  /** Iteration ends there: `end` is looked up once, at the start, and reached by position. Left out: follow for ever. */
  readonly to?: Position | undefined
  /** Per partition, over `to`, which must be given too. */
  readonly ends?: ReadonlyArray<{ topic: string; partition: number; position: Position }> | undefined
  /** When a topic does not exist: wait for it (default when following), or throw `UNKNOWN_TOPIC_OR_PARTITION` (default with `to`). */
  readonly waitForTopics?: boolean | undefined
  /** Called once per topic that is being waited for. */
  readonly onWaiting?: ((topic: string) => void) | undefined
  /** Called when no broker has answered for a while, with why, and without an error once one answers again. After a minute iteration throws. */
  readonly onOutage?: ((error: RafkaError | undefined) => void) | undefined
  /**
   * A chunk, with all that was taken from it, is valid only until the loop asks for the next one: its memory is used for what comes then. For `chunks()` alone;
   * spares a good part of the work where much is read from an embedded broker. Default false.
   */
  readonly lendsChunks?: boolean | undefined
  /** Bytes fetched ahead of the reader, at most; default 16 MiB. */
  readonly prefetchBytes?: number | undefined
  /** Longest wait of a fetch at the end of a log, in ms; default 5,000. */
  readonly maxWaitMs?: number | undefined
  readonly minBytes?: number | undefined
  readonly maxPartitionBytes?: number | undefined
  readonly requestTimeoutMs?: number | undefined
  /** Checks the CRC-32C of each batch; default true. */
  readonly checkCrc?: boolean | undefined
  /** `read_committed`: neither records of aborted transactions nor anything behind an open one. Default `read_uncommitted`. */
  readonly isolation?: 'read_uncommitted' | 'read_committed' | undefined
  /** Shares the topics out among all consumers that name this group. The broker remembers how far it has come. */
  readonly group?: string | undefined
  /** `consumer`: the protocol of KIP-848, in which the broker shares out. Default `classic`. */
  readonly groupProtocol?: 'classic' | 'consumer' | undefined
  /** Makes it a static member: it may be away for up to the session timeout, and keeps its partitions. One consumer at a time may use the id. */
  readonly groupInstanceId?: string | undefined
  /** Which the group may use, most wanted first; it settles on one that all its members have. Default `range`, `round-robin`, `cooperative-sticky`. */
  readonly assignors?: readonly AssignorName[] | undefined
  /** With `groupProtocol: 'consumer'`: `uniform` or `range`; the broker's choice when left out. */
  readonly serverAssignor?: string | undefined
  /** A member that was not heard of for so long is dead, in ms; default 45,000. Of classic groups: those of the new protocol have it on the broker. */
  readonly sessionTimeoutMs?: number | undefined
  /** Between two signs of life, in ms; default 3,000. The broker decides with `groupProtocol: 'consumer'`. */
  readonly heartbeatIntervalMs?: number | undefined
  /** How long a rebalance waits for a member to finish what it works on, in ms; default `maxPollIntervalMs`. */
  readonly rebalanceTimeoutMs?: number | undefined
  /** A consumer whose loop works on one thing for longer leaves the group, and joins again when the loop comes back, in ms; default 300,000. */
  readonly maxPollIntervalMs?: number | undefined
  /**
   * Commits what the loop is done with: every `autoCommitIntervalMs`, on close, and before partitions go to somebody else. What the loop was given last counts
   * when it asks for more. Default true.
   */
  readonly autoCommit?: boolean | undefined
  /** In ms; default 5,000. */
  readonly autoCommitIntervalMs?: number | undefined
  /** Partitions came. They are read when it has settled. */
  readonly onAssigned?: ((partitions: readonly TopicPartition[]) => void | Promise<void>) | undefined
  /** Partitions go to somebody else when it has settled: the last chance to commit. */
  readonly onRevoked?: ((partitions: readonly TopicPartition[]) => void | Promise<void>) | undefined
  /** Partitions went: others may read them already. Default `onRevoked`. */
  readonly onLost?: ((partitions: readonly TopicPartition[]) => void | Promise<void>) | undefined
}

/** A connection to a broker, embedded or remote: the same interface for both. */
export interface Rafka extends AsyncDisposable {
  producer(options?: ProducerOptions): Producer
  consumer(options: ConsumerOptions): Consumer
  admin(): Admin
  /** Settles when a broker answered. @throws RafkaError `BROKER_UNREACHABLE` */
  ready(): Promise<void>
  close(): Promise<void>
}
