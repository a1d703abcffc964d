import { type Assignor, emptyAssignment, inOrder, wantedTopics } from './assignor.ts'

/** All partitions of all topics, one after the other, to one member after the other. */
export const roundRobin: Assignor = {
  name: 'roundrobin',
  cooperative: false,
  userData: () => null,
  assign(members, partitionCounts) {
    const assignment = emptyAssignment(members)
    const ordered = inOrder(members)
    let next = 0
    for (const topic of wantedTopics(members, partitionCounts)) {
      const count = partitionCounts.get(topic) ?? 0
      for (let partition = 0; partition < count; partition += 1) {
        while (ordered[next]?.topics.includes(topic) !== true) next = (next + 1) % ordered.length
        assignment.get(ordered[next]?.memberId ?? '')?.push({ topic, partition })
        next = (next + 1) % ordered.length
      }
    }
    return assignment
  },
}

/** The same under the name that kafkajs gives to its own, so that one group may have members of both. */
export const kafkajsRoundRobin: Assignor = { ...roundRobin, name: 'RoundRobinAssigner' }
