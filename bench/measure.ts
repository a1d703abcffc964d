import { performance } from 'node:perf_hooks'

/** One thing to be timed. `run` does the work once and gives how many units it did. */
export interface Subject {
  readonly name: string
  readonly run: () => Promise<number> | number
  /** Comes after each run, and is not timed. */
  readonly cleanUp?: () => Promise<void>
}

export interface Measured {
  readonly name: string
  /** Units a second: the median of the rounds. */
  readonly rate: number
  /** Slowest and fastest round. */
  readonly range: readonly [number, number]
}

/**
 * Times the subjects in turn, round after round, so that a noisy machine disturbs all of them alike. The first round warms up and does
 * not count.
 */
export async function measure(subjects: readonly Subject[], rounds = 5): Promise<Measured[]> {
  const rates = subjects.map((): number[] => [])
  for (let round = 0; round <= rounds; round++) {
    for (const [index, { run, cleanUp }] of subjects.entries()) {
      const startMs = performance.now()
      const units = await run()
      const rate = (units * 1000) / (performance.now() - startMs)
      if (round > 0) rates[index]!.push(rate)
      await cleanUp?.()
    }
  }
  return subjects.map(({ name }, index) => {
    const sorted = rates[index]!.sort((a, b) => a - b)
    return { name, rate: sorted[Math.floor(sorted.length / 2)]!, range: [sorted[0]!, sorted.at(-1)!] }
  })
}

/** Prints a table with the ratio of each to the first. */
export function report(title: string, unit: string, measured: readonly Measured[]): void {
  const base = measured[0]!.rate
  console.log(`\n${title}`)
  for (const { name, rate, range } of measured) {
    const numbers = `${format(rate)} ${unit} (${format(range[0])}–${format(range[1])})`
    console.log(`  ${name.padEnd(44)} ${numbers.padEnd(40)} ${(rate / base).toFixed(2)}×`)
  }
}

function format(rate: number): string {
  return rate >= 100 ? Math.round(rate).toLocaleString('en') : rate.toPrecision(3)
}
