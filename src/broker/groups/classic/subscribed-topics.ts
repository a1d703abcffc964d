import { decodeSubscription } from '../../../protocol/consumer-protocol.ts'
import type { ClassicMember } from './classic-member.ts'

/** What members of Kafka's own consumer protocol call it. Others (Connect, for one) keep their metadata to themselves. */
export const CONSUMER_PROTOCOL_TYPE = 'consumer'

/**
 * The topics that members have subscribed to, by name, where they say so in the consumer protocol's form.
 * null: not known, for the group is of another kind or a member's metadata cannot be read.
 */
export function subscribedTopics(
  members: Iterable<ClassicMember>,
  protocolType: string | null,
  protocolName: string | null,
): ReadonlySet<string> | null {
  if (protocolType !== CONSUMER_PROTOCOL_TYPE) return null
  const topics = new Set<string>()
  for (const member of members) {
    try {
      for (const topic of decodeSubscription(member.metadataFor(protocolName)).topics) topics.add(topic)
    } catch {
      return null
    }
  }
  return topics
}
