import { errorName } from '../../src/protocol/error-codes.ts'
import { zeroUuid } from '../../src/protocol/uuid.ts'
import { splitBatches } from '../../src/records/header.ts'

/** What two brokers never agree on, and nobody relies on. */
const left = new Set([
  'throttleTimeMs',
  'errorMessage',
  'clusterId',
  'host',
  'port',
  'documentation',
  'rack',
  'batchIndexErrorMessage',
])
/** What clients do not look at beside an error: docs/compatibility.md has the differences. */
const leftWhenRefused = new Set(['abortedTransactions', 'recordErrors', 'brokers', 'controllerId', 'producerId'])
/** Errors that Kafka finds before it looks at the log, or after: it tells the log's start only then. */
const refusedEarly: ReadonlySet<string> = new Set(['INVALID_RECORD', 'INVALID_PRODUCER_EPOCH'])
/** Ids that each broker makes up: the first that is seen becomes 1, and so on. */
const madeUp = new Set(['producerId', 'memberId', 'leader', 'topicId', 'sessionId'])
/** Times of the broker's clock. */
const times = new Set(['logAppendTimeMs', 'lastTimestamp', 'transactionStartTimeMs'])

/** Lists whose order says nothing. */
const unordered = new Set([
  'topicPartitions',
  'subscribedTopicNames',
  'responses',
  'results',
  'members',
  'partitions',
  'partitionResponses',
])

/** Makes answers of two brokers comparable: names instead of error numbers, ordinals instead of ids, no texts and addresses. */
export function normalizer(): (value: unknown) => unknown {
  const ordinals = new Map<string, number>()
  const ordinal = (key: string, value: unknown) => {
    const name = `${key} ${String(value)}`
    if (!ordinals.has(name))
      ordinals.set(name, [...ordinals.keys()].filter((each) => each.startsWith(`${key} `)).length + 1)
    return `#${ordinals.get(name)}`
  }
  const normalize = (value: unknown, key = ''): unknown => {
    if (Buffer.isBuffer(value)) return value.toString('base64')
    if (Array.isArray(value)) {
      if (key === 'records')
        return splitBatches(Buffer.concat(value as Buffer[])).map((batch) => batch.toString('base64'))
      const items = value.map((each) => normalize(each, key))
      return unordered.has(key) ? items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : items
    }
    if (typeof value === 'object' && value !== null) {
      const refused = 'errorCode' in value && value.errorCode !== 0
      const isEarly = 'errorCode' in value && refusedEarly.has(errorName(Number(value.errorCode)))
      return Object.fromEntries(
        Object.entries(value)
          .filter(
            ([name]) =>
              !left.has(name) && !(refused && leftWhenRefused.has(name)) && !(isEarly && name === 'logStartOffset'),
          )
          .map(([name, each]) => [name, normalize(each, name)]),
      )
    }
    if (/errorCode$/i.test(key) && typeof value === 'number') return errorName(value)
    if (
      madeUp.has(key) &&
      value !== '' &&
      value !== -1 &&
      !(key === 'sessionId' && value === 0) &&
      value !== zeroUuid &&
      value !== null
    )
      return ordinal(key, value)
    if (times.has(key) && typeof value === 'number' && value > 0) return 'a time'
    return value
  }
  return normalize
}
