import { type ErrorName, RafkaError } from '../../core/errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import { produce } from '../../protocol/apis/produce.ts'
import { errorName } from '../../protocol/error-codes.ts'
import type { Transport } from '../transport.ts'
import type { ProduceOptions } from './identity-source.ts'

/** One batch in a Produce request. */
export interface ProducePart {
  readonly topic: string
  readonly partition: number
  readonly bytes: Buffer
}

/** What the broker said of one batch. */
export interface PartAnswer {
  readonly error: ErrorName | 'NONE'
  readonly message: string | null
  readonly baseOffset: number
  readonly logAppendTimeMs: number
}

/** A request for batches of different partitions. `timeoutMs` is the broker's, for what it has to wait for itself. */
function produceRequest(
  parts: readonly ProducePart[],
  acks: -1 | 0 | 1,
  timeoutMs: number,
  transactionalId: string | null,
): RequestOf<typeof produce> {
  const topics = new Map<string, Array<{ index: number; records: readonly Buffer[] }>>()
  for (const { topic, partition, bytes } of parts) {
    const data = { index: partition, records: [bytes] }
    const partitions = topics.get(topic)
    if (partitions === undefined) topics.set(topic, [data])
    else partitions.push(data)
  }
  const topicData = [...topics].map(([name, partitionData]) => ({ name, partitionData }))
  return produce.request.create({ transactionalId, acks, timeoutMs: Math.round(timeoutMs), topicData })
}

/** Finds what an answer says of each part. */
function readProduceResponse(
  response: ResponseOf<typeof produce>,
): (part: { readonly topic: string; readonly partition: number }) => PartAnswer {
  const answers = new Map<string, Map<number, PartAnswer>>()
  for (const { name, partitionResponses } of response.responses) {
    const partitions = partitionResponses.map((each): [number, PartAnswer] => [
      each.index,
      {
        error: errorName(each.errorCode),
        message: messageOf(each),
        baseOffset: each.baseOffset,
        logAppendTimeMs: each.logAppendTimeMs,
      },
    ])
    answers.set(name, new Map(partitions))
  }
  return ({ topic, partition }) => answers.get(topic)?.get(partition) ?? leftOut
}

/**
 * Sends batches and reads the answer; with acks 0 there is none.
 * @throws RafkaError when no answer came
 */
export async function askProduce(
  transport: Transport,
  parts: readonly ProducePart[],
  options: ProduceOptions & { readonly acks: -1 | 0 | 1; readonly timeoutMs: number },
): Promise<ReturnType<typeof readProduceResponse>> {
  const { acks, timeoutMs, transactionalId, maxVersion } = options
  const request = produceRequest(parts, acks, timeoutMs, transactionalId)
  if (acks !== 0) return readProduceResponse(await transport.request(produce, request, { timeoutMs, maxVersion }))
  await transport.post(produce, request, { timeoutMs })
  return () => unanswered
}

/** Of a batch of which the broker says nothing. */
export const unanswered: PartAnswer = { error: 'NONE', message: null, baseOffset: -1, logAppendTimeMs: -1 }

const leftOut: PartAnswer = {
  error: 'UNKNOWN_SERVER_ERROR',
  message: 'the answer leaves this partition out',
  baseOffset: -1,
  logAppendTimeMs: -1,
}

function messageOf(
  answer: ResponseOf<typeof produce>['responses'][number]['partitionResponses'][number],
): string | null {
  const [first] = answer.recordErrors
  if (first === undefined || first.batchIndexErrorMessage === null) return answer.errorMessage
  return `record ${first.batchIndex} of the batch: ${first.batchIndexErrorMessage}`
}

/** What a program that sends is told. */
export function produceError(topic: string, partition: number, answer: PartAnswer, records: number): RafkaError {
  const code = answer.error === 'NONE' ? 'UNKNOWN_SERVER_ERROR' : answer.error
  const what = records === 1 ? 'a record' : `a batch of ${records} records`
  const hint =
    code === 'MESSAGE_TOO_LARGE' ? " It is larger than the topic's max.message.bytes: send less, or raise that." : ''
  const said = answer.message === null ? '' : `: ${answer.message}`
  return new RafkaError(code, `the broker refused ${what} for ${topic}-${partition} with ${code}${said}.${hint}`, {
    details: { topic, partition, records },
  })
}
