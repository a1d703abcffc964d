import { type Consumer, isRafkaError, RafkaError, type RecordCursor, type RecordWriter } from '../../src/index.ts'
import { recordBytes } from '../record-bytes.ts'

/** What was taken over so far. */
export interface Copied {
  records: number
  /** Of keys and values. */
  bytes: number
  /** Records by the partition that they came from. */
  readonly partitions: Map<number, number>
}

/** Writes what is read, record by record, until the consumer's end; settles when all is acknowledged. */
export async function copyRecords(
  consumer: Consumer,
  writer: RecordWriter,
  keepsPartitions: boolean,
  copied: Copied,
): Promise<void> {
  try {
    for await (const chunk of consumer.chunks()) {
      const cursor = chunk.cursor()
      const partition = keepsPartitions ? chunk.partition : undefined
      let records = 0
      while (cursor.next()) {
        records += 1
        copied.bytes += recordBytes(cursor)
        if (!writeOne(writer, cursor, partition)) await writer.drained()
      }
      copied.records += records
      if (records > 0) copied.partitions.set(chunk.partition, (copied.partitions.get(chunk.partition) ?? 0) + records)
    }
    await writer.flush()
  } catch (error) {
    if (!isRafkaError(error)) throw error
    const done = writer.acknowledged.records
    throw new RafkaError(error.code, `${error.message}; ${done} records were copied before`, {
      cause: error,
      details: { ...error.details, copied: done },
    })
  }
}

function writeOne(writer: RecordWriter, cursor: RecordCursor, partition: number | undefined): boolean {
  const { bytes, keyStart, keyEnd, valueStart, valueEnd, timestamp, headerCount } = cursor
  return writer.write(bytes, keyStart, keyEnd, valueStart, valueEnd, {
    partition,
    headers: headerCount > 0 ? cursor.headers() : undefined,
    timestamp: timestamp < 0 ? undefined : timestamp,
  })
}
