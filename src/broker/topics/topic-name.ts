const LEGAL = /^[a-zA-Z0-9._-]+$/
const MAX_LENGTH = 249

/** Kafka's own topics, which clients may read but not write. */
const internalTopics: ReadonlySet<string> = new Set([
  '__consumer_offsets',
  '__transaction_state',
  '__share_group_state',
])

/** What is wrong with a topic's name, or undefined (`org.apache.kafka.common.internals.Topic`). */
export function topicNameProblem(name: string): string | undefined {
  const shown = JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name)
  if (name === '') return 'a topic needs a name'
  if (name === '.' || name === '..') return `topic name ${shown} is not allowed`
  if (name.length > MAX_LENGTH)
    return `topic name ${shown} has ${name.length} characters; at most ${MAX_LENGTH} are allowed`
  if (!LEGAL.test(name)) return `topic name ${shown} has other characters than letters, digits, ".", "_" and "-"`
  return undefined
}

/** True for the topics that Kafka keeps for itself. */
export function isInternalTopic(name: string): boolean {
  return internalTopics.has(name)
}

/** Names that differ only in `.` and `_` collide in metric names, so Kafka refuses the second one. */
export function collisionKey(name: string): string {
  return name.replaceAll('.', '_')
}
