import type { RequestOf } from '../../protocol/api.ts'
import { describeLogDirs } from '../../protocol/apis/describe-log-dirs.ts'
import type { BrokerState } from '../broker-state.ts'
import { handler } from '../handler.ts'
import type { PartitionLog } from '../logs/partition-log.ts'

type Topics = RequestOf<typeof describeLogDirs>['topics']

/**
 * Tells what the one data directory holds. How large its disk is the broker does not know: -1 (KIP-827). A size is that of the batches,
 * without what the storage engine needs beside them.
 */
export const describeLogDirsHandler = handler({
  api: describeLogDirs,
  minVersion: 1,
  maxVersion: 4,
  async handle(state, { topics }) {
    const directory = {
      errorCode: 0,
      logDir: state.dataDirectory,
      topics: topics === null ? everything(state) : chosen(state, topics),
      totalBytes: -1,
      usableBytes: -1,
      isCordoned: false,
    }
    return describeLogDirs.response.create({ results: [directory] })
  },
  refuse: (_request, { errorCode }) => describeLogDirs.response.create({ errorCode }),
})

function everything({ topics }: BrokerState) {
  return topics.all().map(({ name, logs }) => ({ name, partitions: logs.map(described) }))
}

/** What there is not is left out (`ReplicaManager.describeLogDirs`). */
function chosen(state: BrokerState, topics: NonNullable<Topics>) {
  return topics
    .map(({ topic: name, partitions }) => {
      const logs = partitions.map((partition) => state.topics.get(name)?.logs[partition])
      return { name, partitions: logs.flatMap((log) => (log === undefined ? [] : [described(log)])) }
    })
    .filter(({ partitions }) => partitions.length > 0)
}

function described({ partition, sizeBytes }: PartitionLog) {
  return { partitionIndex: partition, partitionSize: sizeBytes, offsetLag: 0, isFutureKey: false }
}
