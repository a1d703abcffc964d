import { setTimeout } from 'node:timers/promises'
import { type Admin, isRafkaError } from '../../src/index.ts'
import { type CommandSpec, defineCommand } from '../command.ts'
import type { CommandContext } from '../context.ts'
import { exitCodes } from '../exit-code.ts'
import { durationMs } from '../option-values.ts'
import { countOf } from '../output/quantities.ts'
import type { Report } from '../output/report.ts'
import { type DocumentOf, flag, list, object, text, whole } from '../output/shape.ts'

interface HealthFlags {
  readonly wait?: number
}

const shape = object({
  healthy: flag,
  reasons: list(text),
  brokers: whole,
  partitions: whole,
  leaderless_partitions: list(text),
  under_replicated_partitions: list(text),
})

type Health = DocumentOf<typeof shape>

const LOOK_EVERY_MS = 250

/** `rafka cluster health`: ends with 1 when something is wrong. */
export const clusterHealth: CommandSpec<HealthFlags, Health> = defineCommand({
  usage: '[options]',
  examples: [
    ['rafka cluster health -b localhost:9092', 'does every partition have its leader and replicas?'],
    ['rafka cluster health --wait 30s', 'before a test begins'],
    ['rafka cluster health -w', 'keep an eye on it'],
  ],
  declare: (command) => command.option('--wait <duration>', 'wait for it to become healthy', durationMs),
  shape,
  watch: true,
  async run(context, { flags }) {
    const deadline = performance.now() + (flags.wait ?? 0)
    return reportOf(await context.terminal.busy('waiting for the cluster', healthBy(context, deadline)))
  },
})

/** The health when it is good, or when the time is over. */
async function healthBy(context: CommandContext, deadline: number): Promise<Health> {
  for (;;) {
    const isLate = performance.now() + LOOK_EVERY_MS > deadline
    try {
      const { rafka } = await context.session()
      const health = await look(rafka.admin())
      if (health.healthy || isLate) return health
    } catch (error) {
      if (isLate || !isRafkaError(error, 'BROKER_UNREACHABLE')) throw error
    }
    await setTimeout(LOOK_EVERY_MS)
  }
}

async function look(admin: Admin): Promise<Health> {
  const [{ controllerId, brokers }, topics] = await Promise.all([admin.describeCluster(), admin.listTopics()])
  const partitions = topics.flatMap((topic) =>
    topic.partitions.map((partition) => ({ name: `${topic.name}/${partition.partition}`, ...partition })),
  )
  const alive = new Set(brokers.map(({ id }) => id))
  const leaderless = partitions.filter(({ leader }) => !alive.has(leader)).map(({ name }) => name)
  const lagging = partitions.filter(({ isr, replicas }) => isr.length < replicas.length).map(({ name }) => name)
  const reasons = [
    ...(controllerId < 0 ? ['there is no controller'] : []),
    ...(leaderless.length > 0
      ? [`${countOf(leaderless.length, 'partition')} without a leader: ${some(leaderless)}`]
      : []),
    ...(lagging.length > 0 ? [`${countOf(lagging.length, 'partition')} short of replicas: ${some(lagging)}`] : []),
  ]
  return {
    healthy: reasons.length === 0,
    reasons,
    brokers: brokers.length,
    partitions: partitions.length,
    leaderless_partitions: leaderless,
    under_replicated_partitions: lagging,
  }
}

const NAMED_AT_MOST = 5

function some(names: readonly string[]): string {
  const rest = names.length - NAMED_AT_MOST
  return names.slice(0, NAMED_AT_MOST).join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}

function reportOf(health: Health): Report<Health> {
  const { healthy, reasons, brokers, partitions } = health
  const sizes = `${countOf(brokers, 'broker')}, ${countOf(partitions, 'partition')}`
  return {
    document: health,
    table: { columns: [{ title: 'REASON' }], rows: reasons.map((reason) => [reason]) },
    view: healthy
      ? [{ text: `healthy  ${sizes}`, paint: 'green' }]
      : [{ text: `not healthy  ${sizes}`, paint: 'red' }, ...reasons],
    exitCode: healthy ? exitCodes.done : exitCodes.failed,
  }
}
