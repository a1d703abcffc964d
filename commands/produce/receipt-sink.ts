import type { OutgoingMessage, SendReceipt } from '../../src/index.ts'
import type { InputRecord } from '../format/read/input-record.ts'
import type { Acknowledged, RecordDefaults, RecordSender, RecordSink } from './record-sink.ts'
import { topicOf } from './writer-sink.ts'

const MAX_IN_FLIGHT = 10_000
const MAX_BYTES_IN_FLIGHT = 16 * 1024 * 1024

/** A record that was sent, with buffers of its own. */
export interface SentMessage extends OutgoingMessage {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: ReadonlyArray<{ readonly key: string; readonly value: Buffer | null }>
}

/** Who wants to hear of each record that was acknowledged. */
export interface ReceiptListener {
  /** Called in the order of the input. */
  acknowledged(message: SentMessage, receipt: SendReceipt): void
  /** There is so much to tell that it has to be told first. */
  readonly isFull: boolean
  /** Settles when all was told. */
  told(): Promise<void>
}

interface Sent {
  readonly message: SentMessage
  receipt: SendReceipt | undefined
  failed: boolean
}

/** A sink that tells where each record went, in the order of the input. It keeps each until it is acknowledged. */
export class ReceiptSink implements RecordSink {
  readonly #producer: RecordSender
  readonly #defaults: RecordDefaults
  readonly #listener: ReceiptListener
  readonly #inFlight = new Set<Promise<void>>()
  /** From the first that was not told of. */
  #sent: Sent[] = []
  #bytesInFlight = 0
  #failure: unknown
  readonly #progress = new Progress()

  constructor(producer: RecordSender, defaults: RecordDefaults, listener: ReceiptListener) {
    this.#producer = producer
    this.#defaults = defaults
    this.#listener = listener
  }

  get acknowledged(): Acknowledged {
    return this.#progress
  }

  write(record: InputRecord): boolean {
    const message = this.#messageOf(record)
    const bytes = (message.key?.length ?? 0) + (message.value?.length ?? 0)
    const sent: Sent = { message, receipt: undefined, failed: false }
    this.#sent.push(sent)
    this.#bytesInFlight += bytes
    const settled = this.#producer
      .send(message)
      .then((receipt) => {
        sent.receipt = receipt
        this.#progress.add(receipt, bytes)
      })
      .catch((error: unknown) => {
        sent.failed = true
        this.#failure ??= error
      })
      .finally(() => {
        this.#bytesInFlight -= bytes
        this.#inFlight.delete(settled)
        this.#tell()
      })
    this.#inFlight.add(settled)
    return !this.#isFull(1) && !this.#listener.isFull
  }

  async drained(): Promise<void> {
    if (this.#listener.isFull) await this.#listener.told()
    while (this.#isFull(2)) {
      this.#throwFailure()
      await Promise.race(this.#inFlight)
    }
    this.#throwFailure()
  }

  async flush(): Promise<void> {
    const waiting = [...this.#inFlight]
    await this.#producer.flush()
    await Promise.all(waiting)
    await this.#listener.told()
    this.#throwFailure()
  }

  #isFull(part: number): boolean {
    return this.#inFlight.size >= MAX_IN_FLIGHT / part || this.#bytesInFlight >= MAX_BYTES_IN_FLIGHT / part
  }

  #tell(): void {
    let told = 0
    for (const { message, receipt, failed } of this.#sent) {
      if (receipt === undefined && !failed) break
      if (receipt !== undefined) {
        if (this.#progress.leading === this.#progress.told) this.#progress.leading += 1
        this.#listener.acknowledged(message, receipt)
      }
      this.#progress.told += 1
      told += 1
    }
    if (told > 0) this.#sent = this.#sent.slice(told)
  }

  #messageOf(record: InputRecord): SentMessage {
    const { topic, partition, headers } = this.#defaults
    const copied = record.headers.map(({ key, value }) => ({ key, value: value === null ? null : Buffer.from(value) }))
    const common = headers.map(({ key, value }) => ({ key, value: value === null ? null : Buffer.from(value) }))
    return {
      topic: topic ?? topicOf(record),
      partition: record.partition ?? partition,
      timestamp: record.timestamp,
      key: copyOf(record.keySource, record.keyStart, record.keyEnd),
      value: copyOf(record.valueSource, record.valueStart, record.valueEnd),
      headers: [...copied, ...common],
    }
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure
  }
}

function copyOf(source: Buffer, start: number, end: number): Buffer | null {
  return start < 0 ? null : Buffer.from(source.subarray(start, end))
}

/** What has been acknowledged, record by record. */
class Progress implements Acknowledged {
  records = 0
  leading = 0
  bytes = 0
  /** Records at the front whose fate is known. */
  told = 0
  readonly topics = new Map<string, Map<number, { firstOffset: number; lastOffset: number }>>()

  add({ topic, partition, offset }: SendReceipt, bytes: number): void {
    this.records += 1
    this.bytes += bytes
    if (offset < 0) return
    const partitions = this.topics.get(topic) ?? new Map<number, { firstOffset: number; lastOffset: number }>()
    this.topics.set(topic, partitions)
    const known = partitions.get(partition)
    if (known === undefined) partitions.set(partition, { firstOffset: offset, lastOffset: offset })
    else {
      known.firstOffset = Math.min(known.firstOffset, offset)
      known.lastOffset = Math.max(known.lastOffset, offset)
    }
  }
}
