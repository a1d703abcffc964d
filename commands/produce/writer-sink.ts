import { RafkaError, type RecordOverrides, type RecordSlices, type RecordWriter } from '../../src/index.ts'
import type { InputRecord } from '../format/read/input-record.ts'
import { Scratch } from '../format/read/scratch.ts'
import type { Acknowledged, PartitionExtents, RecordDefaults, RecordSender, RecordSink } from './record-sink.ts'

/** A sink that hands slices of the input to a `RecordWriter` for each topic, with no object per record. */
export class WriterSink implements RecordSink {
  readonly #producer: RecordSender
  readonly #defaults: RecordDefaults
  readonly #writers = new Map<string, RecordWriter>()
  readonly #only: RecordWriter | undefined
  readonly #scratch = new Scratch()
  #flushed: Promise<void> = Promise.resolve()

  constructor(producer: RecordSender, defaults: RecordDefaults) {
    this.#producer = producer
    this.#defaults = defaults
    if (defaults.topic !== undefined) this.#only = this.#writerOf(defaults.topic)
  }

  write(record: InputRecord): boolean {
    const writer = this.#only ?? this.#writerOf(topicOf(record))
    const { keySource, keyStart, keyEnd, valueSource, valueStart, valueEnd } = record
    const own = this.#ownOf(record)
    if (keyStart < 0 || keySource === valueSource || valueStart < 0) {
      const source = valueStart < 0 && keyStart >= 0 ? keySource : valueSource
      return writer.write(source, keyStart, keyEnd, valueStart, valueEnd, own)
    }
    // Key and value have to stand in one buffer.
    const keyBytes = keyEnd - keyStart
    const bytes = keyBytes + valueEnd - valueStart
    const joined = this.#scratch.room(bytes)
    keySource.copy(joined, 0, keyStart, keyEnd)
    valueSource.copy(joined, keyBytes, valueStart, valueEnd)
    return writer.write(joined, 0, keyBytes, keyBytes, bytes, own)
  }

  writeMany(source: Buffer, slices: RecordSlices, first: number, end: number): number {
    return this.#only === undefined ? 0 : this.#only.writeMany(source, slices, first, end)
  }

  async drained(): Promise<void> {
    for (const writer of this.#writers.values()) await writer.drained()
  }

  flush(): Promise<void> {
    // A writer tells each error once: one after the other, so that whoever flushes later hears of it too.
    this.#flushed = this.#flushed.then(async () => {
      for (const writer of this.#writers.values()) await writer.flush()
    })
    return this.#flushed
  }

  get acknowledged(): Acknowledged {
    const all = [...this.#writers].map(([topic, writer]) => [topic, writer.acknowledged] as const)
    const sum = (of: 'records' | 'bytes') => all.reduce((total, [, progress]) => total + progress[of], 0)
    return {
      records: sum('records'),
      bytes: sum('bytes'),
      leading: all.length === 1 ? all[0]![1].leading : 0,
      topics: new Map<string, PartitionExtents>(all.map(([topic, { partitions }]) => [topic, partitions])),
    }
  }

  /** Undefined for most records. */
  #ownOf({ headers, partition, timestamp }: InputRecord): RecordOverrides | undefined {
    if (headers.length === 0 && partition === undefined && timestamp === undefined) return undefined
    return { partition, timestamp, headers: headers.length === 0 ? undefined : [...headers, ...this.#defaults.headers] }
  }

  #writerOf(topic: string): RecordWriter {
    const known = this.#writers.get(topic)
    if (known !== undefined) return known
    const { partition, headers } = this.#defaults
    const writer = this.#producer.writer(topic, { partition, ...(headers.length > 0 ? { headers } : {}) })
    this.#writers.set(topic, writer)
    return writer
  }
}

/** The topic that a record names. @throws RafkaError `INVALID_ARGUMENT` */
export function topicOf({ topic }: InputRecord): string {
  if (topic !== undefined && topic !== '') return topic
  throw new RafkaError('INVALID_ARGUMENT', 'it names no topic', {
    details: { hint: 'rafka produce TOPIC, or a topic in each record' },
  })
}
