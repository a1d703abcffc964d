import { RafkaError } from '../../../core/errors.ts'
import type { AssignorName } from '../../../core/rafka.ts'
import type { Assignor } from './assignor.ts'
import { cooperativeSticky } from './cooperative-sticky.ts'
import { range } from './range.ts'
import { kafkajsRoundRobin, roundRobin } from './round-robin.ts'
import { sticky } from './sticky.ts'

const assignors: ReadonlyMap<AssignorName, readonly Assignor[]> = new Map([
  ['range', [range]],
  ['round-robin', [roundRobin, kafkajsRoundRobin]],
  ['sticky', [sticky]],
  ['cooperative-sticky', [cooperativeSticky]],
])

/**
 * The assignors with these names, most wanted first.
 * @throws RafkaError `INVALID_ARGUMENT` for a name that is none, or when there is no name
 */
export function assignorsNamed(names: readonly AssignorName[]): Assignor[] {
  if (names.length === 0) throw new RafkaError('INVALID_ARGUMENT', 'a member of a group needs at least one assignor')
  return [...new Set(names)].flatMap((name) => {
    const found = assignors.get(name)
    if (found !== undefined) return found
    const known = [...assignors.keys()].join(', ')
    throw new RafkaError('INVALID_ARGUMENT', `assignors are some of ${known}; got ${JSON.stringify(name)}`)
  })
}
