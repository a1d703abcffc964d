import type { Timer } from '../../../core/clock.ts'
import { type Holdings, noHoldings, type PartitionSet } from './partition-sets.ts'

/**
 * How far a member is on its way to its target: there (`stable`), to give up partitions first (`unrevoked`), or waiting for others to give
 * up theirs (`unreleased`).
 */
export type Progress = 'stable' | 'unrevoked' | 'unreleased'

/** Where a member stands. Replaced as a whole, never changed. */
export interface Standing {
  /** Of the last assignment that it was brought to; 0: none yet; -2: a static member that is away for now. */
  readonly epoch: number
  readonly previousEpoch: number
  readonly progress: Progress
  /** What it is told to have. */
  readonly assigned: Holdings
  /** What it is told to give up and has not said that it did. */
  readonly revoking: Holdings
}

/** What a member says of itself. */
export interface MemberTerms {
  readonly clientId: string
  /** `/address` */
  readonly clientHost: string
  readonly rackId: string | null
  /** How long it may take to give up partitions, in ms; -1: it never said. */
  readonly rebalanceTimeoutMs: number
  /** In order of name, each once. */
  readonly topicNames: readonly string[]
  /** Of the topics it reads beside those, by name; null or empty: no others. */
  readonly topicRegex: string | null
  readonly serverAssignor: string | null
}

const newcomer: Standing = {
  epoch: 0,
  previousEpoch: 0,
  progress: 'stable',
  assigned: noHoldings,
  revoking: noHoldings,
}

const nothingSaid: MemberTerms = {
  clientId: '',
  clientHost: '',
  rackId: null,
  rebalanceTimeoutMs: -1,
  topicNames: [],
  topicRegex: null,
  serverAssignor: null,
}

/** The member epoch of a static member that has left and is to come back. */
export const AWAY_EPOCH = -2

/** A member of a group of the new protocol. */
export class ConsumerMember {
  readonly id: string
  /** Its `group.instance.id`; null: a dynamic member. */
  readonly instanceId: string | null
  terms: MemberTerms
  standing: Standing
  /** What it is to have in the end. */
  target: PartitionSet
  /** What the last answer to it told, or one before; undefined: none that this broker knows of. */
  told: Holdings | undefined
  sessionTimer: Timer | undefined
  rebalanceTimer: Timer | undefined

  constructor(
    id: string,
    instanceId: string | null,
    { terms = nothingSaid, standing = newcomer, target = new Map() }: Partial<ConsumerMemberState> = {},
  ) {
    this.id = id
    this.instanceId = instanceId
    this.terms = terms
    this.standing = standing
    this.target = target
  }

  get epoch(): number {
    return this.standing.epoch
  }

  /** Whether it has all that the assignment of this epoch gives it, and nothing else. */
  hasReached(assignmentEpoch: number): boolean {
    return this.standing.progress === 'stable' && this.standing.epoch === assignmentEpoch
  }

  cancelTimers(): void {
    this.sessionTimer?.cancel()
    this.rebalanceTimer?.cancel()
  }
}

/** What there is to a member beside its names. */
export interface ConsumerMemberState {
  readonly terms: MemberTerms
  readonly standing: Standing
  readonly target: PartitionSet
}
