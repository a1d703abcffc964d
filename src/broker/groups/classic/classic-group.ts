import type { Timer } from '../../../core/clock.ts'
import { RafkaError } from '../../../core/errors.ts'
import type { GroupOffsets } from '../offsets/group-offsets.ts'
import { chooseProtocol, sharesProtocol } from './choose-protocol.ts'
import type { ClassicMember, MemberProtocol } from './classic-member.ts'
import { subscribedTopics } from './subscribed-topics.ts'

/** As Kafka names them (`ClassicGroupState`). A group that is `Dead` is deleted: only those who still hold it see that. */
export type ClassicGroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Dead'

/**
 * A group of the classic protocol: who is in it, and in which phase of which generation. It decides nothing by itself:
 * the rules are in `join.ts`, `rebalance.ts`, `sync.ts` and their neighbours.
 */
export class ClassicGroup {
  readonly type = 'classic'
  readonly id: string
  readonly offsets: GroupOffsets
  /** By id, in order of arrival. */
  readonly members = new Map<string, ClassicMember>()
  /** Member ids that were handed out and not yet used (KIP-394), and the timer that takes each back. */
  readonly pendingMembers = new Map<string, Timer>()
  /** Members that have joined this generation and not yet synced. */
  readonly pendingSyncs = new Set<string>()
  generation = 0
  /** null: nobody has ever joined, the group exists for its offsets alone. */
  protocolType: string | null = null
  protocolName: string | null = null
  leaderId: string | null = null
  /** Topics that a group of consumers reads; null: not known. */
  topics: ReadonlySet<string> | null = null
  /** Members came while the first rebalance waited for them. */
  newMemberAdded = false
  joinTimer: Timer | undefined
  syncTimer: Timer | undefined
  readonly #instances = new Map<string, string>()
  #state: ClassicGroupState = 'Empty'
  #stateSinceMs: number

  constructor(id: string, offsets: GroupOffsets, nowMs: number) {
    this.id = id
    this.offsets = offsets
    this.#stateSinceMs = nowMs
  }

  get state(): ClassicGroupState {
    return this.#state
  }

  /** When it came into its state, in ms. */
  get stateSinceMs(): number {
    return this.#stateSinceMs
  }

  enter(state: ClassicGroupState, nowMs: number): void {
    this.#state = state
    this.#stateSinceMs = nowMs
  }

  /** Longest of the members' rebalance timeouts, in ms. */
  get rebalanceTimeoutMs(): number {
    return Math.max(0, ...[...this.members.values()].map(({ terms }) => terms.rebalanceTimeoutMs))
  }

  get awaitingJoin(): number {
    let count = 0
    for (const { join } of this.members.values()) if (join !== null) count++
    return count
  }

  /** Whether nobody is left to be waited for in the join phase. */
  get allHaveJoined(): boolean {
    return this.pendingMembers.size === 0 && this.awaitingJoin === this.members.size
  }

  isLeader(memberId: string): boolean {
    return this.leaderId === memberId
  }

  add(member: ClassicMember, protocolType: string): void {
    if (this.members.size === 0) this.protocolType = protocolType
    this.members.set(member.id, member)
    if (member.instanceId !== null) this.#instances.set(member.instanceId, member.id)
    this.leaderId ??= member.id
  }

  remove(member: ClassicMember): void {
    member.sessionTimer?.cancel()
    this.members.delete(member.id)
    this.pendingSyncs.delete(member.id)
    if (member.instanceId !== null && this.#instances.get(member.instanceId) === member.id) {
      this.#instances.delete(member.instanceId)
    }
    if (this.isLeader(member.id)) this.leaderId = this.members.keys().next().value ?? null
  }

  /** Puts a static member under a new id in the place of its old one. */
  replace(old: ClassicMember, next: ClassicMember): void {
    const others = [...this.members.values()].map((member) => (member === old ? next : member))
    this.members.clear()
    for (const member of others) this.members.set(member.id, member)
    if (next.instanceId !== null) this.#instances.set(next.instanceId, next.id)
    if (this.isLeader(old.id)) this.leaderId = next.id
    if (this.pendingSyncs.delete(old.id)) this.pendingSyncs.add(next.id)
  }

  memberOfInstance(instanceId: string): ClassicMember | undefined {
    return this.members.get(this.#instances.get(instanceId) ?? '')
  }

  /** The leader must be one that has joined. @returns whether there is such a one */
  electJoinedLeader(): boolean {
    if (this.members.get(this.leaderId ?? '')?.join) return true
    const joined = [...this.members.values()].find(({ join }) => join !== null)
    if (joined === undefined) return false
    this.leaderId = joined.id
    return true
  }

  /** Whether a newcomer with these protocols fits in. */
  accepts(protocolType: string, protocols: readonly MemberProtocol[]): boolean {
    if (this.#state === 'Empty') return protocolType !== '' && protocols.length > 0
    return protocolType === this.protocolType && sharesProtocol(this.members.values(), protocols)
  }

  /** The protocol that the next generation would have. */
  nextProtocol(): string | undefined {
    return chooseProtocol(this.members.values())
  }

  /** Begins the next generation with the members that there are. */
  beginGeneration(nowMs: number): void {
    this.generation++
    this.pendingSyncs.clear()
    this.protocolName = this.nextProtocol() ?? null
    this.enter(this.members.size === 0 ? 'Empty' : 'CompletingRebalance', nowMs)
    this.noteTopics()
  }

  /** Reads again from the members which topics they consume. */
  noteTopics(): void {
    this.topics = subscribedTopics(this.members.values(), this.protocolType, this.protocolName)
  }

  /**
   * The member of this id.
   * @throws RafkaError `UNKNOWN_MEMBER_ID`; `FENCED_INSTANCE_ID` when another process has taken its instance id
   */
  member(memberId: string, instanceId: string | null): ClassicMember {
    if (instanceId !== null) {
      const holder = this.memberOfInstance(instanceId)
      if (holder !== undefined && holder.id !== memberId) {
        throw new RafkaError(
          'FENCED_INSTANCE_ID',
          `group "${this.id}": instance "${instanceId}" is now another member; "${memberId}" was replaced`,
        )
      }
      if (holder === undefined) throw this.#unknown(memberId)
    }
    const member = this.members.get(memberId)
    if (member === undefined) throw this.#unknown(memberId)
    return member
  }

  /** @throws RafkaError `ILLEGAL_GENERATION` */
  assertGeneration(generation: number): void {
    if (generation === this.generation) return
    throw new RafkaError(
      'ILLEGAL_GENERATION',
      `group "${this.id}" is in generation ${this.generation}; the request has ${generation}`,
    )
  }

  #unknown(memberId: string): RafkaError {
    return new RafkaError('UNKNOWN_MEMBER_ID', `group "${this.id}" has no member "${memberId}"`)
  }
}
