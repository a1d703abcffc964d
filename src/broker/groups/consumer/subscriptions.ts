import type { Topics } from '../../topics/topics.ts'
import type { ConsumerContext } from './consumer-context.ts'
import type { ConsumerGroup, SeenTopics } from './consumer-group.ts'
import type { MemberTerms } from './consumer-member.ts'

type Looks = Pick<ConsumerContext, 'topics' | 'patterns'>

/** Names of the topics that a member reads: those it names, whether they exist or not, and those that its regular expression matches. */
export function subscribedNames({ patterns }: Looks, { topicNames, topicRegex }: MemberTerms): readonly string[] {
  if (topicRegex === null || topicRegex === '') return topicNames
  const matching = patterns.matching(topicRegex)
  return topicNames.length === 0 ? matching : [...new Set([...topicNames, ...matching])]
}

/**
 * Looks again at which topics the group reads and how many partitions they have, where members or topics have changed since it last looked.
 * @returns whether that is something else than before, so that partitions must be shared out anew
 */
export function lookAtTopics(context: Looks, group: ConsumerGroup): boolean {
  const { revision } = context.topics
  if (group.seenRevision === revision) return false
  group.seenRevision = revision
  const names = new Set<string>()
  for (const { terms } of group.members.values()) for (const name of subscribedNames(context, terms)) names.add(name)
  group.topics = names
  const seen = existing(context.topics, names)
  if (isSame(seen, group.seenTopics)) return false
  group.seenTopics = seen
  return true
}

function existing(topics: Topics, names: Iterable<string>): SeenTopics {
  const seen = new Map<string, number>()
  for (const name of names) {
    const topic = topics.get(name)
    if (topic !== undefined) seen.set(topic.id, topic.logs.length)
  }
  return seen
}

function isSame(one: SeenTopics, other: SeenTopics): boolean {
  if (one.size !== other.size) return false
  for (const [topicId, partitions] of one) if (other.get(topicId) !== partitions) return false
  return true
}
