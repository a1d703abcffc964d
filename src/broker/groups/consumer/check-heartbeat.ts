import { RafkaError } from '../../../core/errors.ts'
import type { RequestOf } from '../../../protocol/api.ts'
import type { consumerGroupHeartbeat } from '../../../protocol/apis/consumer-group-heartbeat.ts'

export type HeartbeatRequest = RequestOf<typeof consumerGroupHeartbeat>

/** Member epochs with a meaning of their own. */
export const epochs = { join: 0, leave: -1, leaveForNow: -2 } as const

/** From this version on a member makes its own id. */
const FIRST_VERSION_WITH_OWN_ID = 1

/**
 * Checks what can be told from the request alone.
 * @param offered the assignors that a member may ask for
 * @throws RafkaError `INVALID_REQUEST`, `UNSUPPORTED_ASSIGNOR`
 */
export function checkHeartbeat(request: HeartbeatRequest, version: number, offered: readonly string[]): void {
  const { memberEpoch, memberId, groupId, instanceId, rackId, serverAssignor } = request
  const needsId = version >= FIRST_VERSION_WITH_OWN_ID || memberEpoch > 0 || memberEpoch === epochs.leave
  if (needsId && memberId === '') throw invalid('a member needs an id that is not empty')
  if (groupId === '') throw invalid('a group needs an id that is not empty')
  if (instanceId === '') throw invalid('an instance id is not empty')
  if (rackId === '') throw invalid('a rack id is not empty')
  if (memberEpoch < epochs.leaveForNow) throw invalid(`member epoch ${memberEpoch} has no meaning`)
  if (memberEpoch === epochs.join) checkJoin(request)
  if (memberEpoch === epochs.leaveForNow && instanceId === null) {
    throw invalid('only a member with an instance id can leave for now (member epoch -2)')
  }
  if (serverAssignor !== null && !offered.includes(serverAssignor)) {
    throw new RafkaError(
      'UNSUPPORTED_ASSIGNOR',
      `assignor "${serverAssignor}" is none of ${offered.join(', ')} (group.consumer.assignors)`,
    )
  }
}

function checkJoin(request: HeartbeatRequest): void {
  const { rebalanceTimeoutMs, topicPartitions, subscribedTopicNames, subscribedTopicRegex } = request
  if (rebalanceTimeoutMs === -1) throw invalid('who joins says its rebalance timeout')
  if (topicPartitions === null || topicPartitions.length > 0) {
    throw invalid('who joins says that it has no partitions')
  }
  // Nothing may be subscribed to, but that has to be said.
  if (subscribedTopicNames === null && subscribedTopicRegex === null) {
    throw invalid('who joins subscribes to topics by name, or by a regular expression')
  }
}

function invalid(why: string): RafkaError {
  return new RafkaError('INVALID_REQUEST', why)
}
