import { isRafkaError, RafkaError } from '../../core/errors.ts'
import type {
  RecordOverrides,
  RecordSlices,
  RecordWriter,
  RecordWriterOptions,
  WriterProgress,
} from '../../core/producer.ts'
import type { HeaderInput } from '../../records/batch-builder.ts'
import type { Intake } from './intake.ts'
import type { OutgoingBatch } from './outgoing-batch.ts'
import { WriterRun } from './recipient.ts'
import type { RecordLayout } from './record-layout.ts'
import { contentBytes, memoryBytes, recordBytes, tooLarge } from './record-size.ts'
import type { TopicQueue } from './topic-queue.ts'
import { WriterLedger } from './writer-ledger.ts'

/** Records that may share one look at the clock. */
const MAX_TIME_USES = 256
/** Records count for less than so many times the bytes of their batch. */
const MEMORY_BYTES_PER_BATCH_BYTE = 3

/** The fast way in: slices of bytes go straight into the batch of their partition. */
export class ClientRecordWriter implements RecordWriter {
  readonly #intake: Intake
  readonly #topic: TopicQueue
  readonly #partition: number | undefined
  readonly #headers: readonly HeaderInput[] | undefined
  readonly #timestamp: number | undefined
  readonly #ledger = new WriterLedger()
  #written = 0
  #run: WriterRun | undefined
  #time = 0
  #timeUses = 0

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

  write(
    source: Buffer,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
    own?: RecordOverrides,
  ): boolean {
    const topic = this.#topic
    const { memory } = this.#intake
    if (memory.usedBytes > 2 * memory.limitBytes) throw ignoredFalse(memory.limitBytes)
    this.#intake.check()
    const partition = own?.partition ?? this.#partition
    if (!topic.direct || (partition !== undefined && partition >= topic.partitionCount)) {
      return this.#stage(source, keyStart, keyEnd, valueStart, valueEnd, own)
    }
    const timestamp = own?.timestamp ?? this.#timestamp ?? this.#now()
    const queue = topic.pick(partition, source, keyStart, keyEnd)
    const headers = own?.headers ?? this.#headers
    const batch = queue.append(timestamp, source, keyStart, keyEnd, valueStart, valueEnd, headers)
    this.#wrote(batch, 1, contentBytes(keyStart, keyEnd, valueStart, valueEnd))
    return memory.hasRoom
  }

  writeMany(source: Buffer, slices: RecordSlices, first: number, end: number): number {
    const topic = this.#topic
    const { memory } = this.#intake
    this.#intake.check()
    const partition = this.#partition ?? 0
    let next = first
    while (next < end && memory.hasRoom && topic.direct && partition < topic.partitionCount) {
      try {
        next += this.#writeRun(source, slices, next, end)
      } catch (error) {
        if (!isRafkaError(error, 'MESSAGE_TOO_LARGE')) throw error
        break
      }
    }
    return next - first
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

  /** As many as go one after the other into one batch, at least one. @returns how many */
  #writeRun(source: Buffer, slices: RecordSlices, first: number, end: number): number {
    const topic = this.#topic
    const headers = this.#headers
    const at = first * 4
    const keyStart = slices[at]!
    const keyEnd = slices[at + 1]!
    const queue = topic.pick(this.#partition, source, keyStart, keyEnd)
    const roomEnd = this.#endOfRoom(slices, first, end)
    const runEnd = topic.endOfRun(queue, this.#partition, source, slices, first + 1, roomEnd)
    const timestamp = this.#timestamp ?? this.#now()
    const batch = queue.append(timestamp, source, keyStart, keyEnd, slices[at + 2]!, slices[at + 3]!, headers)
    const count = 1 + batch.appendMany(timestamp, source, slices, first + 1, runEnd, headers)
    this.#wrote(batch, count, contentOf(slices, first, first + count))
    return count
  }

  /** Where the records end, from `first` on, that memory has room for, should they go into one batch; one is always taken. */
  #endOfRoom(slices: RecordSlices, first: number, end: number): number {
    const { memory, maxRequestBytes } = this.#intake
    let room = memory.limitBytes - memory.usedBytes
    if (room > MEMORY_BYTES_PER_BATCH_BYTE * maxRequestBytes) return end
    let next = first
    do {
      const at = next * 4
      room -= recordBytes(slices[at]!, slices[at + 1]!, slices[at + 2]!, slices[at + 3]!)
      next += 1
    } while (next < end && room > 0)
    return next
  }

  /** The batch's last records are this writer's. */
  #wrote(batch: OutgoingBatch, records: number, bytes: number): void {
    this.#count(batch, this.#written, records, bytes)
    this.#written += records
    const held = memoryBytes(records, bytes)
    batch.memoryBytes += held
    this.#intake.memory.usedBytes += held
  }

  /** Makes this writer a recipient of the batch's last records. */
  #count(batch: OutgoingBatch, index: number, records: number, bytes: number): void {
    let run = this.#run
    if (run === undefined || run !== batch.lastRecipient) {
      run = new WriterRun(batch.count - records, this.#ledger, index)
      this.#run = run
      this.#ledger.opened(run)
      batch.addRecipient(run)
    }
    run.add(records, bytes)
  }

  /** The time, looked up once for up to so many records of one turn of the event loop: it is a good part of what a small record costs. */
  #now(): number {
    if (this.#timeUses === 0) {
      this.#time = Date.now()
      queueMicrotask(() => {
        this.#timeUses = 0
      })
    }
    this.#timeUses = (this.#timeUses + 1) % MAX_TIME_USES
    return this.#time
  }

  /** The topic's partitions are not known yet, or others wait before this record. */
  #stage(
    source: Buffer,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
    own: RecordOverrides | undefined,
  ): boolean {
    const { memory, maxRequestBytes } = this.#intake
    const bytes = recordBytes(keyStart, keyEnd, valueStart, valueEnd)
    const content = contentBytes(keyStart, keyEnd, valueStart, valueEnd)
    if (content > maxRequestBytes) throw tooLarge(this.#topic.name, content, maxRequestBytes)
    const layout = layoutOf(source, keyStart, keyEnd, valueStart, valueEnd)
    const index = this.#written
    this.#written += 1
    memory.usedBytes += bytes
    this.#intake.stage(this.#topic, {
      layout,
      timestamp: own?.timestamp ?? this.#timestamp ?? Date.now(),
      partition: own?.partition ?? this.#partition,
      headers: ownHeaders(own?.headers) ?? this.#headers,
      counted: true,
      placed: (batch) => this.#count(batch, index, 1, content),
      failed: (error) => this.#ledger.failed(index, error),
    })
    return memory.hasRoom && this.#topic.staged.length === 0
  }
}

/** Bytes of keys and values. */
function contentOf(slices: RecordSlices, first: number, end: number): number {
  let bytes = 0
  for (let at = first * 4; at < end * 4; at += 4) {
    bytes += contentBytes(slices[at]!, slices[at + 1]!, slices[at + 2]!, slices[at + 3]!)
  }
  return bytes
}

/** A copy, for a record that has to wait. */
function ownHeaders(headers: RecordOverrides['headers']): readonly HeaderInput[] | undefined {
  return headers?.map(({ key, value }) => ({ key, value: value === null ? null : Buffer.from(value) }))
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
