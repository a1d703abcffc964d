import type { Admin } from './admin.ts'
import type { Consumer, Position } from './consumer.ts'
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
}

/** How a classic group shares out partitions: see `src/client/groups/assignors/`. */
export type AssignorName = 'range' | 'round-robin' | 'sticky' | 'cooperative-sticky'

export interface ConsumerOptions {
  /** All partitions of each, or the named ones. */
  readonly topics: ReadonlyArray<string | { readonly topic: string; readonly partitions: readonly number[] }>
  /** Default `start`. */
  readonly from?: Position | undefined
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
  /** Bytes fetched ahead of the reader, at most; default 16 MiB. */
  readonly prefetchBytes?: number | undefined
  /** Longest wait of a fetch at the end of a log, in ms; default 5,000. */
  readonly maxWaitMs?: number | undefined
  readonly minBytes?: number | undefined
  readonly maxPartitionBytes?: number | undefined
  readonly requestTimeoutMs?: number | undefined
  /** Checks the CRC-32C of each batch; default true. */
  readonly checkCrc?: boolean | undefined
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
