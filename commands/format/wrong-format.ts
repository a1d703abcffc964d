import { RafkaError } from '../../src/index.ts'

/** The error of a format that cannot be: `flag` says which one, such as `--format`. */
export function wrongFormat(flag: string, problem: string, hint: string): RafkaError {
  return new RafkaError('INVALID_ARGUMENT', `${flag}: ${problem}`, { details: { hint } })
}
