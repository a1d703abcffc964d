import { type TopicColumn, topicColumns } from '../page.ts'

/** A row of `explain query plan`. */
interface PlanStep {
  readonly id: number
  readonly parent: number
  readonly detail: string
}

const virtualScan = /^(?:SCAN|SEARCH) (.+?)(?: EXISTS)? VIRTUAL TABLE INDEX/
const anyScan = /^(?:SCAN|SEARCH) /
/** What stands below runs again and again. */
const repeating = /^(?:CORRELATED|RECURSIVE STEP)/

/**
 * Topics that a statement would read more than once, by SQLite's own plan: of each loop within a loop, the names of all the topics in it.
 * A copy of all but one of them keeps each from being read again for every row of another. Names are what the statement calls them.
 */
export function repeatedScans(explained: ReadonlyArray<Record<string, unknown>>): string[][] {
  const steps = explained as unknown as readonly PlanStep[]
  const byId = new Map(steps.map((step) => [step.id, step]))
  const groups: string[][] = []
  for (const parent of new Set(steps.map((step) => step.parent))) {
    const scans = steps.filter((step) => step.parent === parent && anyScan.test(step.detail))
    const topics = scans.flatMap(({ detail }) => virtualScan.exec(detail)?.[1] ?? [])
    const isNested = scans.slice(1).some(({ detail }) => virtualScan.test(detail))
    if (topics.length > 0 && (isNested || isRepeated(byId, parent))) groups.push(topics)
  }
  return groups
}

function isRepeated(byId: ReadonlyMap<number, PlanStep>, start: number): boolean {
  for (let step = byId.get(start); step !== undefined; step = byId.get(step.parent)) {
    if (repeating.test(step.detail)) return true
  }
  return false
}

/** Columns of topics that a statement looks at, by the program that SQLite makes of it. */
export function usedColumns(explained: ReadonlyArray<Record<string, unknown>>): TopicColumn[] {
  const used = new Set(explained.filter(({ opcode }) => opcode === 'VColumn').map(({ p2 }) => p2))
  return topicColumns.filter((_, at) => used.has(at))
}
