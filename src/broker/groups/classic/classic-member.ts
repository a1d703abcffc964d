import type { Timer } from '../../../core/clock.ts'
import type { ResponseOf } from '../../../protocol/api.ts'
import type { joinGroup } from '../../../protocol/apis/join-group.ts'
import type { syncGroup } from '../../../protocol/apis/sync-group.ts'
import type { Waiting } from '../waiting.ts'

export type JoinAnswer = ResponseOf<typeof joinGroup>
export type SyncAnswer = ResponseOf<typeof syncGroup>

/** A way to assign partitions that a member supports, with what it tells the leader for it. */
export interface MemberProtocol {
  readonly name: string
  readonly metadata: Buffer
}

/** What a member says of itself when it joins. */
export interface MemberTerms {
  readonly clientId: string
  /** `/address` */
  readonly clientHost: string
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  /** The ones it likes best first. */
  readonly protocols: readonly MemberProtocol[]
}

/** A member of a classic group. */
export class ClassicMember {
  readonly id: string
  /** Its `group.instance.id` (KIP-345); null: a dynamic member. */
  readonly instanceId: string | null
  terms: MemberTerms
  /** What the leader gave it in this generation; empty before that. */
  assignment: Buffer = Buffer.alloc(0)
  /** It has not come through a rebalance yet, so its session is not watched, only how long its join waits. */
  isNew = false
  join: Waiting<JoinAnswer> | null = null
  sync: Waiting<SyncAnswer> | null = null
  sessionTimer: Timer | undefined

  constructor(id: string, instanceId: string | null, terms: MemberTerms) {
    this.id = id
    this.instanceId = instanceId
    this.terms = terms
  }

  /** What it tells the leader under this protocol; empty when it has none. */
  metadataFor(protocolName: string | null): Buffer {
    return this.terms.protocols.find(({ name }) => name === protocolName)?.metadata ?? Buffer.alloc(0)
  }

  /** Whether it offers exactly these protocols, in this order, with the same metadata. */
  offers(protocols: readonly MemberProtocol[]): boolean {
    const ours = this.terms.protocols
    return (
      ours.length === protocols.length &&
      ours.every(({ name, metadata }, i) => name === protocols[i]!.name && metadata.equals(protocols[i]!.metadata))
    )
  }

  /** Ends a waiting join, if there is one. */
  answerJoin(answer: JoinAnswer): void {
    this.join?.settle(answer)
    this.join = null
  }

  /** Ends a waiting sync. @returns whether there was one */
  answerSync(answer: SyncAnswer): boolean {
    const waited = this.sync !== null
    this.sync?.settle(answer)
    this.sync = null
    return waited
  }
}
