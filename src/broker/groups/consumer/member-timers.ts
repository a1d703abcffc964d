import type { Clock } from '../../../core/clock.ts'
import type { BrokerConfigs } from '../../configs/config-values.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import type { ConsumerMember } from './consumer-member.ts'

/** Told why a member has to go. */
export type MemberExpired = (group: ConsumerGroup, member: ConsumerMember, why: string) => void

/** Watches over members: one that is not heard of in time, or does not give up partitions in time, has to go. */
export class MemberTimers {
  readonly #clock: Clock
  readonly #configs: BrokerConfigs
  readonly #expired: MemberExpired

  constructor(clock: Clock, configs: BrokerConfigs, expired: MemberExpired) {
    this.#clock = clock
    this.#configs = configs
    this.#expired = expired
  }

  /** The member was heard of: its session begins anew. */
  renewSession(group: ConsumerGroup, member: ConsumerMember): void {
    const timeoutMs = this.#configs.numberForGroup('consumer.session.timeout.ms', group.id)
    member.sessionTimer?.cancel()
    member.sessionTimer = this.#clock.after(timeoutMs, () => {
      this.#expired(group, member, `was not heard of for ${timeoutMs} ms`)
    })
  }

  /** The member stands elsewhere than before: if it is to give up partitions, its time for that begins. */
  watchRevocation(group: ConsumerGroup, member: ConsumerMember): void {
    member.rebalanceTimer?.cancel()
    member.rebalanceTimer = undefined
    const { epoch, progress } = member.standing
    if (progress !== 'unrevoked') return
    const timeoutMs = member.terms.rebalanceTimeoutMs
    member.rebalanceTimer = this.#clock.after(timeoutMs, () => {
      // A static member that left meanwhile has its session to come back.
      if (member.epoch === epoch) this.#expired(group, member, `did not give up partitions within ${timeoutMs} ms`)
    })
  }
}
