import type { RequestContext } from '../../core/broker.ts'
import { RafkaError } from '../../core/errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import { listOffsets } from '../../protocol/apis/list-offsets.ts'
import type { BrokerState } from '../broker-state.ts'
import { handler, wireErrorOf } from '../handler.ts'
import { type FoundOffset, findByTimestamp, findMaxTimestamp } from '../logs/find-offset.ts'
import { assertLeaderEpoch, LEADER_EPOCH } from '../logs/leader-epoch.ts'
import type { PartitionLog } from '../logs/partition-log.ts'
import { firstOfEach, repeated } from '../repeated.ts'
import { findLog, findTopic } from '../topics/find-log.ts'

type Asked = RequestOf<typeof listOffsets>['topics'][number]['partitions'][number]
type Answer = ResponseOf<typeof listOffsets>['topics'][number]['partitions'][number]

/** Timestamps that stand for a place, and the version that brought each (`ListOffsetsRequest`). */
const LATEST = -1
const EARLIEST = -2
const MAX_TIMESTAMP = -3
const EARLIEST_LOCAL = -4
const LATEST_TIERED = -5
const EARLIEST_PENDING_UPLOAD = -6
const sinceVersion = new Map([
  [LATEST, 1],
  [EARLIEST, 1],
  [MAX_TIMESTAMP, 7],
  [EARLIEST_LOCAL, 8],
  [LATEST_TIERED, 9],
  [EARLIEST_PENDING_UPLOAD, 11],
])

/** `isolationLevel` of a reader that wants only what is committed. */
const READ_COMMITTED = 1

const nowhere: FoundOffset = { offset: -1, timestamp: -1 }

/** Finds offsets by place or by timestamp (KIP-79, KIP-734, KIP-1005, KIP-1023). */
export const listOffsetsHandler = handler({
  api: listOffsets,
  minVersion: 1,
  maxVersion: 11,
  async handle(state, { topics, isolationLevel }, context) {
    const committedOnly = isolationLevel === READ_COMMITTED
    const isTwice = repeated(
      topics.flatMap(({ name, partitions }) => partitions.map(({ partitionIndex }) => `${name}/${partitionIndex}`)),
    )
    return listOffsets.response.create({
      topics: await Promise.all(
        topics.map(async ({ name, partitions }) => ({
          name,
          partitions: await Promise.all(
            firstOfEach(partitions, ({ partitionIndex }) => String(partitionIndex)).map((asked) =>
              answer(state, name, asked, isTwice.has(`${name}/${asked.partitionIndex}`), committedOnly, context),
            ),
          ),
        })),
      ),
    })
  },
  refuse: ({ topics }, { errorCode }) =>
    listOffsets.response.create({
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map((asked) => ({ ...partitionAnswer(asked, nowhere), leaderEpoch: -1, errorCode })),
      })),
    }),
})

async function answer(
  state: BrokerState,
  name: string,
  asked: Asked,
  isTwice: boolean,
  committedOnly: boolean,
  { version }: RequestContext,
): Promise<Answer> {
  try {
    if (isTwice)
      throw new RafkaError('INVALID_REQUEST', `${name}/${asked.partitionIndex} is named twice in the request`)
    const log = findLog(findTopic(state, name), asked.partitionIndex)
    assertLeaderEpoch(asked.currentLeaderEpoch)
    const found = await find(log, asked.timestamp, committedOnly, version)
    return found === undefined ? { ...partitionAnswer(asked, nowhere), leaderEpoch: -1 } : partitionAnswer(asked, found)
  } catch (error) {
    const { errorCode } = wireErrorOf(error, state)
    return { ...partitionAnswer(asked, nowhere), leaderEpoch: -1, errorCode }
  }
}

async function find(
  log: PartitionLog,
  timestamp: number,
  committedOnly: boolean,
  version: number,
): Promise<FoundOffset | undefined> {
  if (timestamp < 0 && version < (sinceVersion.get(timestamp) ?? Number.POSITIVE_INFINITY)) {
    throw new RafkaError('UNSUPPORTED_VERSION', `timestamp ${timestamp} has no meaning in version ${version}`)
  }
  const end = committedOnly ? log.lastStableOffset : log.highWatermark
  switch (timestamp) {
    case LATEST:
      return { offset: end, timestamp: -1 }
    case EARLIEST:
    case EARLIEST_LOCAL:
      return { offset: log.start, timestamp: -1 }
    case MAX_TIMESTAMP:
      return below(end, await findMaxTimestamp(log))
    case LATEST_TIERED:
    case EARLIEST_PENDING_UPLOAD:
      return undefined
    default:
      return below(end, await findByTimestamp(log, timestamp))
  }
}

/** What is found at or behind `end` is not for this reader (`Partition.fetchOffsetForTimestamp`). */
function below(end: number, found: FoundOffset | undefined): FoundOffset | undefined {
  return found === undefined || found.offset >= end ? undefined : found
}

function partitionAnswer({ partitionIndex }: Asked, { offset, timestamp }: FoundOffset): Answer {
  return { partitionIndex, errorCode: 0, timestamp, offset, leaderEpoch: LEADER_EPOCH }
}
