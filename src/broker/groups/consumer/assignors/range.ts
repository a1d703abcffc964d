import { type AssignorMember, readersByTopic, type Targets, TargetsBuilder } from './assignor.ts'

/**
 * Of each topic, neighbouring partitions to each of its readers, in order of instance or member id; the first ones get one more where it does
 * not come out even. Topics with as many partitions and the same readers are shared out alike, so that they can be joined.
 */
export function rangeAssignor(
  members: readonly AssignorMember[],
  partitionCounts: ReadonlyMap<string, number>,
): Targets {
  const built = new TargetsBuilder()
  const inOrder = [...members].sort((a, b) => compare(nameOf(a), nameOf(b)))
  for (const [topicId, readers] of readersByTopic(inOrder)) {
    const count = partitionCounts.get(topicId) ?? 0
    const each = Math.floor(count / readers.length)
    const withOneMore = count % readers.length
    let next = 0
    readers.forEach(({ id }, index) => {
      const end = next + each + (index < withOneMore ? 1 : 0)
      while (next < end) built.give(id, topicId, next++)
    })
  }
  return built.targets
}

function nameOf({ instanceId, id }: AssignorMember): string {
  return instanceId ?? id
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
