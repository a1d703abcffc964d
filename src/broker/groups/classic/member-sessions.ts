import type { Clock } from '../../../core/clock.ts'
import type { ClassicGroup } from './classic-group.ts'
import type { ClassicMember } from './classic-member.ts'

/** A new member's join waits at most so long, in ms: then its client is gone, or joins again (`CLASSIC_GROUP_NEW_MEMBER_JOIN_TIMEOUT_MS`). */
const NEW_MEMBER_JOIN_TIMEOUT_MS = 300_000

/** Watches over members: one that is not heard of within its session timeout is taken for dead. */
export class MemberSessions {
  readonly #clock: Clock
  readonly #expired: (group: ClassicGroup, member: ClassicMember) => void

  /** @param expired told when a member is dead */
  constructor(clock: Clock, expired: (group: ClassicGroup, member: ClassicMember) => void) {
    this.#clock = clock
    this.#expired = expired
  }

  /** The member was heard of: its session begins anew. */
  renew(group: ClassicGroup, member: ClassicMember): void {
    member.sessionTimer?.cancel()
    const timeoutMs = member.isNew ? NEW_MEMBER_JOIN_TIMEOUT_MS : member.terms.sessionTimeoutMs
    member.sessionTimer = this.#clock.after(timeoutMs, () => {
      // A member whose join or sync waits here is alive: when it is answered, its session begins anew. A new member has
      // no id yet to send heartbeats with, so it is the wait itself that is bounded.
      const waits = member.join !== null || member.sync !== null
      if (member.isNew || !waits) this.#expired(group, member)
    })
  }
}
