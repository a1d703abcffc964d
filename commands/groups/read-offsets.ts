import { RafkaError, type TopicPartition } from '../../src/index.ts'

/** An offset for a partition. */
export interface GivenOffset extends TopicPartition {
  readonly offset: number
}

/**
 * Reads a line for each partition: topic, partition and offset, with commas or white space between them, as rpk reads them and Kafka's
 * `--export` and `rafka sql -f csv` write them. A head, empty lines and what stands behind a `#` that begins a line are passed over.
 * @param name of the file, for messages
 * @throws RafkaError `INVALID_ARGUMENT` naming the line
 */
export function readOffsets(text: string, name: string): GivenOffset[] {
  const offsets = new Map<string, GivenOffset>()
  for (const [index, line] of text.split('\n').entries()) {
    const fields = line
      .trim()
      .replaceAll('"', '')
      .split(/\s*,\s*|\s+/)
    if (fields[0] === '' || fields[0]!.startsWith('#')) continue
    if (offsets.size === 0 && fields.join().toLowerCase() === 'topic,partition,offset') continue
    const [topic = '', partition = '', offset = '', ...others] = fields
    if (others.length > 0 || !/^\d{1,9}$/.test(partition) || !/^\d{1,15}$/.test(offset)) {
      throw wrong(`${name}: line ${index + 1}: ${JSON.stringify(line.trim())} is not TOPIC,PARTITION,OFFSET`)
    }
    const place = `${partition}/${topic}`
    if (offsets.has(place)) throw wrong(`${name}: line ${index + 1}: ${topic}/${partition} stands there twice`)
    offsets.set(place, { topic, partition: Number(partition), offset: Number(offset) })
  }
  if (offsets.size === 0) throw wrong(`${name} has no offsets: a line is TOPIC,PARTITION,OFFSET`)
  return [...offsets.values()]
}

function wrong(problem: string): RafkaError {
  return new RafkaError('INVALID_ARGUMENT', problem)
}
