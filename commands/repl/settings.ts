import { nearestName } from '../../config/nearest-name.ts'
import { RafkaError } from '../../src/index.ts'
import type { OutputForm } from '../output/print-report.ts'

/** What `set` can change, each with the values it takes; the first one holds at the start. */
const choices = {
  format: ['table', 'wide', 'json', 'yaml', 'tsv'],
  timing: ['auto', 'on', 'off'],
  pager: ['on', 'off'],
} as const

type Name = keyof typeof choices

/** What a person set for the lines to come. */
export class Settings {
  readonly #values = new Map<Name, string>()

  /** Name, value and what else it can be, of each. */
  all(): Array<{ name: string; value: string; choices: readonly string[] }> {
    return Object.entries(choices).map(([name, values]) => ({
      name,
      value: this.#value(name as Name),
      choices: values,
    }))
  }

  /** @throws RafkaError `INVALID_ARGUMENT` naming what is known */
  set(name: string, value: string): void {
    const known: readonly string[] | undefined = Object.hasOwn(choices, name) ? choices[name as Name] : undefined
    if (known === undefined) {
      throw wrong(`set knows no ${JSON.stringify(name)}`, nearestName(name, Object.keys(choices)), Object.keys(choices))
    }
    if (!known.includes(value)) {
      throw wrong(`${name} cannot be ${JSON.stringify(value)}`, nearestName(value, known), known)
    }
    this.#values.set(name as Name, value)
  }

  /** Whether to tell how long a line took. */
  tellsTime(elapsedMs: number): boolean {
    const timing = this.#value('timing')
    return timing === 'on' || (timing === 'auto' && elapsedMs >= SLOW_MS)
  }

  get pages(): boolean {
    return this.#value('pager') === 'on'
  }

  /** The form of reports; undefined until one was set. */
  get form(): OutputForm | undefined {
    return this.#values.get('format') as OutputForm | undefined
  }

  #value(name: Name): string {
    return this.#values.get(name) ?? choices[name][0]
  }
}

const SLOW_MS = 500

function wrong(problem: string, near: string | undefined, known: readonly string[]): RafkaError {
  const hint = near === undefined ? `known are ${known.join(', ')}` : `did you mean ${near}?`
  return new RafkaError('INVALID_ARGUMENT', problem, { details: { hint } })
}
