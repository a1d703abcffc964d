import type { MemberProtocol } from './classic-member.ts'

/** What a member offers, as far as the choice of a protocol goes. */
interface Voter {
  readonly terms: { readonly protocols: readonly MemberProtocol[] }
}

/** Whether a newcomer offers a protocol that all members support. */
export function sharesProtocol(members: Iterable<Voter>, protocols: readonly MemberProtocol[]): boolean {
  const shared = supportedByAll(members)
  return protocols.some(({ name }) => shared === undefined || shared.has(name))
}

/**
 * The protocol that most members like best among those that all of them support; of equals the one that was voted for first.
 * Undefined when there is none, which no group that checked its newcomers has.
 */
export function chooseProtocol(members: Iterable<Voter>): string | undefined {
  const voters = [...members]
  const shared = supportedByAll(voters)
  const votes = new Map<string, number>()
  for (const { terms } of voters) {
    const choice = terms.protocols.find(({ name }) => shared?.has(name) === true)
    if (choice !== undefined) votes.set(choice.name, (votes.get(choice.name) ?? 0) + 1)
  }
  let chosen: string | undefined
  for (const [name, count] of votes) if (chosen === undefined || count > votes.get(chosen)!) chosen = name
  return chosen
}

/** Undefined: there are no members, so nothing is ruled out. */
function supportedByAll(members: Iterable<Voter>): ReadonlySet<string> | undefined {
  let shared: Set<string> | undefined
  for (const { terms } of members) {
    const names = terms.protocols.map(({ name }) => name)
    shared = new Set(shared === undefined ? names : names.filter((name) => shared!.has(name)))
  }
  return shared
}
