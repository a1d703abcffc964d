import { nearestName } from './nearest-name.ts'
import { ValueProblem } from './value-kinds.ts'

/** The named fields of a mapping. @throws ValueProblem for another field, or when it is no mapping */
export function readMapping<const Field extends string>(
  item: unknown,
  fields: readonly Field[],
  at: ReadonlyArray<string | number>,
): { readonly [F in Field]?: unknown } {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    throw new ValueProblem(`expected a mapping with ${fields.join(', ')}`, at)
  }
  for (const name of Object.keys(item)) {
    if (fields.some((field) => field === name)) continue
    const near = nearestName(name, fields)
    const suggestion = near === undefined ? `known are ${fields.join(', ')}` : `did you mean "${near}"?`
    throw new ValueProblem(`unknown key "${name}"; ${suggestion}`, [...at, name])
  }
  return item
}
