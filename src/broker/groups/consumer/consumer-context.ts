import type { GroupContext } from '../group-context.ts'
import type { GroupWriter } from './group-writer.ts'
import type { MemberTimers } from './member-timers.ts'
import type { TopicPatterns } from './topic-patterns.ts'

/** What the rules of groups of the new protocol work with. */
export interface ConsumerContext extends GroupContext {
  readonly writer: GroupWriter
  readonly timers: MemberTimers
  readonly patterns: TopicPatterns
}
