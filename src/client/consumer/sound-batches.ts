import { type ErrorName, RafkaError } from '../../core/errors.ts'
import { hasValidCrc, readBatchHeader, splitBatches } from '../../records/header.ts'
import type { AssignedPartition } from './assigned-partition.ts'

/** Where a batch, of any format, tells its format. */
const MAGIC_AT = 16

/**
 * Whole batches of a fetch from the fetch offset on, up to the first that cannot be read.
 * @throws RafkaError when that is the very first: `CORRUPT_MESSAGE`, `UNSUPPORTED_FOR_MESSAGE_FORMAT`, or `RECORD_LIST_TOO_LARGE` when only a part of it came
 */
export function soundBatches(partition: AssignedPartition, pieces: readonly Buffer[], checkCrc: boolean): Buffer[] {
  const { fetchOffset } = partition
  const whole = pieces.flatMap(splitBatches)
  const batches = whole.filter((batch) => isOldFormat(batch) || readBatchHeader(batch).lastOffset >= fetchOffset)
  const [first] = batches
  if (first === undefined) {
    if (whole.length === 0 && pieces.some(({ length }) => length > 0)) {
      throw problemAt(partition, 'RECORD_LIST_TOO_LARGE', 'does not fit in one fetch; raise maxPartitionBytes')
    }
    return []
  }
  if (isOldFormat(first)) {
    const problem = 'has a message format from before Kafka 0.11, which Rafka does not read'
    throw problemAt(partition, 'UNSUPPORTED_FOR_MESSAGE_FORMAT', problem)
  }
  const isSound = (batch: Buffer) => !isOldFormat(batch) && (!checkCrc || hasValidCrc(batch))
  if (!isSound(first)) throw problemAt(partition, 'CORRUPT_MESSAGE', 'is damaged: its CRC-32C is wrong')
  const unsound = batches.findIndex((batch) => !isSound(batch))
  return unsound < 0 ? batches : batches.slice(0, unsound)
}

function isOldFormat(batch: Buffer): boolean {
  return batch[MAGIC_AT] !== 2
}

function problemAt({ topic, partition, fetchOffset }: AssignedPartition, code: ErrorName, problem: string): RafkaError {
  return new RafkaError(code, `the batch at offset ${fetchOffset} of ${topic}-${partition} ${problem}`, {
    details: { topic, partition, offset: fetchOffset },
  })
}
