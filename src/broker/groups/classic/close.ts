import { joinRefused, syncRefused } from './answers.ts'
import type { ClassicGroup } from './classic-group.ts'

/** The broker stops: whoever waits is told to look for the coordinator again, and no timer goes off any more. */
export function closeGroup(group: ClassicGroup, nowMs: number): void {
  group.enter('Dead', nowMs)
  group.joinTimer?.cancel()
  group.syncTimer?.cancel()
  for (const timer of group.pendingMembers.values()) timer.cancel()
  for (const member of group.members.values()) {
    member.sessionTimer?.cancel()
    member.answerJoin(joinRefused(member.id, 'NOT_COORDINATOR'))
    member.answerSync(syncRefused('NOT_COORDINATOR'))
  }
}
