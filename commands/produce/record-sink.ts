import { RafkaError, type RecordWriter, type WriterProgress } from '../../src/index.ts'

/** Takes the records of the input. */
export interface RecordSink {
  /** Takes the bytes from `start` to before `end`. False: call `drained` before the next one. @throws RafkaError about this record */
  write(source: Buffer, start: number, end: number): boolean
  /** Settles when there is room again. Rejects with the first error of a record taken before. */
  drained(): Promise<void>
  /** Sends what waits and settles when all is acknowledged. Rejects with the first error, then always. */
  flush(): Promise<void>
  readonly acknowledged: WriterProgress
}

/** How the bytes of a record become its key and value. */
export interface RecordShape {
  /** Ends the key; the rest is the value. */
  readonly keyDelimiter?: Buffer | undefined
  /** The key of every record. */
  readonly key?: Buffer | undefined
  /** An empty value is a null one. */
  readonly tombstones?: boolean | undefined
}

/** A sink that hands slices of the input to a `RecordWriter`, with no object per record. */
export function writerSink(writer: RecordWriter, shape: RecordShape): RecordSink {
  let flushed: Promise<void> = Promise.resolve()
  return {
    write: writeFunction(writer, shape),
    drained: () => writer.drained(),
    flush() {
      // A writer tells each error once: one after the other, so that whoever flushes later hears of it too.
      flushed = flushed.then(() => writer.flush())
      return flushed
    },
    get acknowledged() {
      return writer.acknowledged
    },
  }
}

/** Where the value of a record begins that stands from `start` to before `end`; -1 when it is null. */
type ValueStart = (start: number, end: number) => number

const emptyIsEmpty: ValueStart = (start) => start
const emptyIsNull: ValueStart = (start, end) => (start === end ? -1 : start)

function writeFunction(writer: RecordWriter, { keyDelimiter, key, tombstones }: RecordShape): RecordSink['write'] {
  const valueStart = tombstones === true ? emptyIsNull : emptyIsEmpty
  if (keyDelimiter !== undefined) return splitKey(writer, keyDelimiter, valueStart)
  if (key !== undefined) return fixedKey(writer, key, valueStart)
  return (source, start, end) => writer.write(source, -1, -1, valueStart(start, end), end)
}

function splitKey(writer: RecordWriter, delimiter: Buffer, valueStart: ValueStart): RecordSink['write'] {
  return (source, start, end) => {
    const at = source.subarray(start, end).indexOf(delimiter)
    if (at === -1) {
      throw new RafkaError('INVALID_ARGUMENT', `no key delimiter ${JSON.stringify(delimiter.toString())} found`)
    }
    const after = start + at + delimiter.length
    return writer.write(source, start, start + at, valueStart(after, end), end)
  }
}

/** Key and value have to stand in one buffer: the key stands in front of a copy of each value. */
function fixedKey(writer: RecordWriter, key: Buffer, valueStart: ValueStart): RecordSink['write'] {
  let scratch = Buffer.concat([key, Buffer.allocUnsafe(4096)])
  return (source, start, end) => {
    const total = key.length + end - start
    if (scratch.length < total) scratch = Buffer.concat([key, Buffer.allocUnsafe(total)])
    source.copy(scratch, key.length, start, end)
    return writer.write(scratch, 0, key.length, valueStart(key.length, total), total)
  }
}
