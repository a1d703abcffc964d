import { RafkaError } from '../../core/errors.ts'
import type { RecordWriter, RecordWriterOptions, WriterProgress } from '../../core/producer.ts'
import type { HeaderInput } from '../../records/batch-builder.ts'
import type { Intake } from './intake.ts'
import type { OutgoingBatch } from './outgoing-batch.ts'
import { WriterRun } from './recipient.ts'
import type { RecordLayout } from './record-layout.ts'
import { contentBytes, recordBytes } from './record-size.ts'
import type { TopicQueue } from './topic-queue.ts'
import { WriterLedger } from './writer-ledger.ts'

/** The fast way in: slices of bytes go straight into the batch of their partition. */
export class ClientRecordWriter implements RecordWriter {
  readonly #intake: Intake
  readonly #topic: TopicQueue
  readonly #partition: number | undefined
  readonly #headers: readonly HeaderInput[] | undefined
  readonly #timestamp: number | undefined
  readonly #ledger = new WriterLedger()
  #written = 0

  constructor(intake: Intake, topic: TopicQueue, { partition, headers, timestamp }: RecordWriterOptions) {
    this.#intake = intake
    this.#topic = topic
    this.#partition = partition
    this.#headers = headers
    this.#timestamp = timestamp
  }

  get acknowledged(): WriterProgress {
    return this.#ledger
  }

  write(source: Buffer, keyStart: number, keyEnd: number, valueStart: number, valueEnd: number): boolean {
    const topic = this.#topic
    const { memory } = this.#intake
    if (memory.usedBytes > 2 * memory.limitBytes) throw ignoredFalse(memory.limitBytes)
    this.#intake.check()
    if (!topic.direct || (this.#partition !== undefined && this.#partition >= topic.partitionCount)) {
      return this.#stage(source, keyStart, keyEnd, valueStart, valueEnd)
    }
    const timestamp = this.#timestamp ?? Date.now()
    const queue = topic.pick(this.#partition, source, keyStart, keyEnd)
    const batch = queue.append(timestamp, source, keyStart, keyEnd, valueStart, valueEnd, this.#headers)
    this.#count(batch, this.#written, contentBytes(keyStart, keyEnd, valueStart, valueEnd))
    this.#written += 1
    const bytes = recordBytes(keyStart, keyEnd, valueStart, valueEnd)
    batch.memoryBytes += bytes
    memory.usedBytes += bytes
    return memory.hasRoom
  }

  async drained(): Promise<void> {
    for (;;) {
      const error = this.#ledger.takeError()
      if (error !== undefined) throw error
      if (this.#intake.memory.hasRoom && this.#topic.staged.length === 0) return
      await this.#intake.room()
    }
  }

  async flush(): Promise<void> {
    await this.#intake.flush()
    const error = this.#ledger.takeError()
    if (error !== undefined) throw error
  }

  /** Makes this writer a recipient of the batch's last record. */
  #count(batch: OutgoingBatch, index: number, bytes: number): void {
    const last = batch.lastRecipient
    if (last instanceof WriterRun && last.ledger === this.#ledger) {
      last.add(bytes)
      return
    }
    const run = new WriterRun(batch.count - 1, this.#ledger, index)
    run.add(bytes)
    this.#ledger.opened(run)
    batch.addRecipient(run)
  }

  /** The topic's partitions are not known yet, or others wait before this record. */
  #stage(source: Buffer, keyStart: number, keyEnd: number, valueStart: number, valueEnd: number): boolean {
    const { memory } = this.#intake
    const bytes = recordBytes(keyStart, keyEnd, valueStart, valueEnd)
    const layout = layoutOf(source, keyStart, keyEnd, valueStart, valueEnd)
    const content = contentBytes(keyStart, keyEnd, valueStart, valueEnd)
    const index = this.#written
    this.#written += 1
    memory.usedBytes += bytes
    this.#intake.stage(this.#topic, {
      layout,
      timestamp: this.#timestamp ?? Date.now(),
      partition: this.#partition,
      headers: this.#headers,
      counted: true,
      placed: (batch) => this.#count(batch, index, content),
      failed: (error) => this.#ledger.failed(index, error),
    })
    return memory.hasRoom && this.#topic.staged.length === 0
  }
}

function layoutOf(
  source: Buffer,
  keyStart: number,
  keyEnd: number,
  valueStart: number,
  valueEnd: number,
): RecordLayout {
  const key = source.subarray(Math.max(0, keyStart), keyStart < 0 ? 0 : keyEnd)
  const value = source.subarray(Math.max(0, valueStart), valueStart < 0 ? 0 : valueEnd)
  return {
    source: Buffer.concat([key, value]),
    keyStart: keyStart < 0 ? -1 : 0,
    keyEnd: key.length,
    valueStart: valueStart < 0 ? -1 : key.length,
    valueEnd: key.length + value.length,
  }
}

function ignoredFalse(limitBytes: number): RafkaError {
  return new RafkaError(
    'INVALID_ARGUMENT',
    `more than twice the ${limitBytes} bytes of bufferBytes wait; when write answers false, await drained() before the next write`,
  )
}
