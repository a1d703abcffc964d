import type { OutgoingMessage, Producer, SendReceipt } from '../../src/index.ts'
import { type Keep, messageOfJson } from './message-of-json.ts'
import type { RecordSink } from './record-sink.ts'

const MAX_IN_FLIGHT = 10_000
const MAX_BYTES_IN_FLIGHT = 16 * 1024 * 1024

/** What every record gets beside what its line says. */
export interface JsonDefaults {
  readonly topic: string
  readonly partition?: number | undefined
  readonly headers: ReadonlyArray<{ key: string; value: Uint8Array | null }>
  readonly keep: Keep
}

/** A sink for lines of `consume -f json`: each may have its own key, headers, partition and timestamp. */
export class JsonSink implements RecordSink {
  readonly #producer: Producer
  readonly #defaults: JsonDefaults
  readonly #inFlight = new Set<Promise<void>>()
  #bytesInFlight = 0
  #failure: unknown
  #written = 0
  readonly #progress = new Progress()

  constructor(producer: Producer, defaults: JsonDefaults) {
    this.#producer = producer
    this.#defaults = defaults
  }

  get acknowledged(): Progress {
    return this.#progress
  }

  write(source: Buffer, start: number, end: number): boolean {
    const message = this.#complete(
      messageOfJson(source.subarray(start, end), this.#defaults.topic, this.#defaults.keep),
    )
    const bytes = end - start
    const number = this.#written
    this.#written += 1
    this.#bytesInFlight += bytes
    const sent = this.#producer
      .send(message)
      .then((receipt) => this.#progress.add(number, bytesOf(message), receipt))
      .catch((error: unknown) => {
        this.#failure ??= error
      })
      .finally(() => {
        this.#bytesInFlight -= bytes
        this.#inFlight.delete(sent)
      })
    this.#inFlight.add(sent)
    return this.#inFlight.size < MAX_IN_FLIGHT && this.#bytesInFlight < MAX_BYTES_IN_FLIGHT
  }

  async drained(): Promise<void> {
    while (this.#inFlight.size >= MAX_IN_FLIGHT / 2 || this.#bytesInFlight >= MAX_BYTES_IN_FLIGHT / 2) {
      this.#throwFailure()
      await Promise.race(this.#inFlight)
    }
    this.#throwFailure()
  }

  async flush(): Promise<void> {
    const waiting = [...this.#inFlight]
    await this.#producer.flush()
    await Promise.all(waiting)
    this.#throwFailure()
  }

  #complete(message: OutgoingMessage): OutgoingMessage {
    const { partition, headers } = this.#defaults
    return {
      ...message,
      partition: message.partition ?? partition,
      headers: [...(message.headers ?? []), ...headers],
    }
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure
  }
}

/** What has been acknowledged, record by record. */
class Progress {
  records = 0
  leading = 0
  bytes = 0
  readonly partitions = new Map<number, { firstOffset: number; lastOffset: number }>()
  /** Acknowledged, while an earlier one is not; as many as are in flight at most. */
  readonly #early = new Set<number>()

  add(number: number, bytes: number, { partition, offset }: SendReceipt): void {
    this.records += 1
    this.bytes += bytes
    this.#early.add(number)
    while (this.#early.delete(this.leading)) this.leading += 1
    const known = this.partitions.get(partition) ?? { firstOffset: offset, lastOffset: offset }
    this.partitions.set(partition, {
      firstOffset: Math.min(known.firstOffset, offset),
      lastOffset: Math.max(known.lastOffset, offset),
    })
  }
}

function bytesOf({ key, value }: OutgoingMessage): number {
  return (key?.length ?? 0) + (value?.length ?? 0)
}
