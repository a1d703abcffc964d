import { type Assignor, emptyAssignment, inOrder, wantedTopics } from './assignor.ts'

/** Topic by topic: each member gets a run of neighbours, the first ones one more. Partitions of the same number go to the same member. */
export const range: Assignor = {
  name: 'range',
  cooperative: false,
  userData: () => null,
  assign(members, partitionCounts) {
    const assignment = emptyAssignment(members)
    const ordered = inOrder(members)
    for (const topic of wantedTopics(members, partitionCounts)) {
      const takers = ordered.filter(({ topics }) => topics.includes(topic))
      const count = partitionCounts.get(topic) ?? 0
      const [each, more] = [Math.floor(count / takers.length), count % takers.length]
      let partition = 0
      takers.forEach(({ memberId }, index) => {
        const end = partition + each + (index < more ? 1 : 0)
        for (; partition < end; partition += 1) assignment.get(memberId)?.push({ topic, partition })
      })
    }
    return assignment
  },
}
