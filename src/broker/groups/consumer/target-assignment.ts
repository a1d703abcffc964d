import { splitList } from '../../configs/config-definition.ts'
import { assignors } from './assignors/index.ts'
import type { ConsumerContext } from './consumer-context.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import type { ConsumerMember } from './consumer-member.ts'
import { type PartitionSet, samePartitions } from './partition-sets.ts'
import { subscribedNames } from './subscriptions.ts'

const nothing: PartitionSet = new Map()

/** The assignors that members may ask for, the one for groups that ask for none first. */
export function offeredAssignors({ configs }: Pick<ConsumerContext, 'configs'>): readonly string[] {
  return splitList(configs.resolve('group.consumer.assignors').value)
}

/** The assignor that most members ask for; of equals the one that was asked for first. */
export function assignorOf(context: Pick<ConsumerContext, 'configs'>, group: ConsumerGroup): string {
  const votes = new Map<string, number>()
  for (const { terms } of group.members.values()) {
    if (terms.serverAssignor !== null) votes.set(terms.serverAssignor, (votes.get(terms.serverAssignor) ?? 0) + 1)
  }
  let chosen: string | undefined
  for (const [name, count] of votes) if (chosen === undefined || count > votes.get(chosen)!) chosen = name
  return chosen ?? offeredAssignors(context)[0] ?? 'uniform'
}

/**
 * Shares the group's partitions out anew, for its present epoch.
 * @returns the members that are to have something else than before
 */
export function assign(context: ConsumerContext, group: ConsumerGroup): ConsumerMember[] {
  const assignor = assignors.get(assignorOf(context, group))!
  const topicIds = new Map<string, ReadonlySet<string>>()
  const members = [...group.members.values()]
  const targets = assignor(
    members.map(({ id, instanceId, terms, target }) => {
      const names = subscribedNames(context, terms)
      // Members mostly read the same: then they share one set, which is quick to compare.
      const key = names.join()
      const ids = topicIds.get(key) ?? existingIds(context, names)
      topicIds.set(key, ids)
      return { id, instanceId, topicIds: ids, target }
    }),
    group.seenTopics,
  )
  group.assignmentEpoch = group.epoch
  return members.filter((member) => {
    const target = targets.get(member.id) ?? nothing
    if (samePartitions(target, member.target)) return false
    member.target = target
    return true
  })
}

function existingIds({ topics }: ConsumerContext, names: readonly string[]): ReadonlySet<string> {
  return new Set(names.flatMap((name) => topics.get(name)?.id ?? []))
}
