import { RafkaError } from '../../src/index.ts'

/** Tells which lags are wanted. */
export type LagFilter = (lag: number | null) => boolean

const comparisons: Readonly<Record<string, (lag: number, bound: number) => boolean>> = {
  '>': (lag, bound) => lag > bound,
  '>=': (lag, bound) => lag >= bound,
  '<': (lag, bound) => lag < bound,
  '<=': (lag, bound) => lag <= bound,
  '=': (lag, bound) => lag === bound,
  '!=': (lag, bound) => lag !== bound,
}

/**
 * Reads `>0`, `>=100`, `=0`, `!=0` and the like. A lag that is not known fits none.
 * @throws RafkaError `INVALID_ARGUMENT`
 */
export function parseLagFilter(text: string): LagFilter {
  const match = /^\s*(>=|<=|!=|>|<|=)\s*(\d{1,15})\s*$/.exec(text)
  const compare = comparisons[match?.[1] ?? '']
  if (match === null || compare === undefined) {
    throw new RafkaError('INVALID_ARGUMENT', `--lag: ${JSON.stringify(text)} is no comparison`, {
      details: { hint: "for instance --lag '>0' or --lag '>=1000'" },
    })
  }
  const bound = Number(match[2])
  return (lag) => lag !== null && compare(lag, bound)
}
