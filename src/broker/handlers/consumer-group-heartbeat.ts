import { consumerGroupHeartbeat } from '../../protocol/apis/consumer-group-heartbeat.ts'
import { clientHost } from '../groups/client-host.ts'
import { checkHeartbeat, epochs } from '../groups/consumer/check-heartbeat.ts'
import { heartbeatOf, leaveOf } from '../groups/consumer/heartbeat.ts'
import { offeredAssignors } from '../groups/consumer/target-assignment.ts'
import { consumerGroupNamed } from '../groups/find-group.ts'
import { handler, wireErrorOf } from '../handler.ts'

/** Takes a member into a group of the new protocol, hears that it lives, tells it what it is to have, and lets it go (KIP-848). */
export const consumerGroupHeartbeatHandler = handler({
  api: consumerGroupHeartbeat,
  minVersion: 0,
  maxVersion: 1,
  async handle(state, request, { version, clientId, connection }) {
    const { groups } = state
    const { groupId, memberEpoch } = request
    try {
      checkHeartbeat(request, version, offeredAssignors(state))
      if (memberEpoch < epochs.join) return await leaveOf(groups.consumer, consumerGroupNamed(groups, groupId), request)
      // Before there is a group: one that is refused leaves none behind.
      if (request.subscribedTopicRegex) groups.consumer.patterns.assertReadable(request.subscribedTopicRegex)
      const group = memberEpoch === epochs.join ? groups.consumerToJoin(groupId) : consumerGroupNamed(groups, groupId)
      const sender = { clientId: clientId ?? '', clientHost: clientHost(connection) }
      return await heartbeatOf(groups.consumer, group, request, sender)
    } catch (error) {
      return consumerGroupHeartbeat.response.create(wireErrorOf(error, state))
    }
  },
  refuse: (_request, error) => consumerGroupHeartbeat.response.create(error),
})
