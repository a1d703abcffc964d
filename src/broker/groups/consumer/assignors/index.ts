import type { Assignor } from './assignor.ts'
import { rangeAssignor } from './range.ts'
import { uniformAssignor } from './uniform.ts'

/** Every assignor that the config `group.consumer.assignors` may name. */
export const assignors: ReadonlyMap<string, Assignor> = new Map([
  ['uniform', uniformAssignor],
  ['range', rangeAssignor],
])
