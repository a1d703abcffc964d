import { RafkaError } from '../../../core/errors.ts'
import type { RequestOf } from '../../../protocol/api.ts'
import type { heartbeat } from '../../../protocol/apis/heartbeat.ts'
import type { ClassicGroup } from './classic-group.ts'
import type { ClassicContext } from './rebalance.ts'

/**
 * A member lives.
 * @throws RafkaError with Kafka's error: `REBALANCE_IN_PROGRESS` tells it to join again
 */
export function heartbeatOf(
  context: ClassicContext,
  group: ClassicGroup,
  { memberId, groupInstanceId, generationId }: RequestOf<typeof heartbeat>,
): void {
  const member = group.member(memberId, groupInstanceId)
  group.assertGeneration(generationId)
  context.sessions.renew(group, member)
  if (group.state === 'PreparingRebalance') {
    throw new RafkaError('REBALANCE_IN_PROGRESS', `group "${group.id}" rebalances: join again`)
  }
}
