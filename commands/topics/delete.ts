import { type Admin, isRafkaError } from '../../src/index.ts'
import { type CommandSpec, defineCommand } from '../command.ts'
import type { CommandContext } from '../context.ts'
import { type MutationResult, type Mutations, mutationReport, mutationsOf } from '../mutation-report.ts'
import { countOf, formatSize } from '../output/quantities.ts'
import { tableOf } from '../output/report.ts'
import { type ConfirmFlags, confirmOrRefuse, type Destruction, declareConfirmation } from '../prompts.ts'
import { declareRegex, type RegexFlags, requireTopics } from './require-topics.ts'
import { bytesIn, compactedTopics, perTopic, recordsCell, recordsIn, topicExtents } from './topic-extents.ts'

interface DeleteFlags extends ConfirmFlags, RegexFlags {
  readonly ifExists?: boolean
  readonly dryRun?: boolean
}

/** `rafka topics delete`. */
export const deleteTopics: CommandSpec<DeleteFlags, Mutations<'topic'>> = defineCommand({
  usage: 'NAME... [options]',
  examples: [
    ['rafka topics delete orders', 'asks first'],
    ['rafka topics delete orders --yes', 'does not'],
    ["rafka topics delete -r 'test-.*' --dry-run", 'which it would be'],
    ['rafka topics delete old --yes --if-exists', 'in a script'],
  ],
  declare: (command) =>
    declareConfirmation(declareRegex(command))
      .argument('[name...]')
      .option('--if-exists', 'a topic that is not there is no error')
      .option('--dry-run', 'only tell which topics would go'),
  shape: mutationsOf('topic'),
  async run(context, { args, flags }) {
    const names = await namesOf(context, args, flags)
    const { rafka } = await context.session()
    const admin = rafka.admin()
    if (flags.dryRun === true) return await mutationReport(context, 'topic', await wouldBeDeleted(admin, names, flags))
    // Whoever says --yes in a script does not wait for what only a question would tell.
    const destruction =
      flags.yes === true ? { question: `Delete ${names.join(', ')}?`, names } : await whatIsLost(admin, names)
    if (destruction.names.length > 0) await confirmOrRefuse(context, destruction, flags)
    const gone = (name: string) => (flags.ifExists === true ? unchanged(name) : absent(name))
    const deleted = destruction.names.length > 0 ? await admin.deleteTopics(destruction.names) : []
    const removed = deleted.filter(({ error }) => error === null).map(({ name }) => name)
    await (await import('../completion/learn-topics.ts')).learnTopics(context, { removed })
    const results = deleted.map(({ name, error }): MutationResult => {
      if (error?.code === 'UNKNOWN_TOPIC_OR_PARTITION') return gone(name)
      return { name, status: error === null ? 'deleted' : 'failed', error }
    })
    const missing = names.filter((name) => !destruction.names.includes(name)).map(gone)
    return await mutationReport(context, 'topic', [...results, ...missing])
  },
})

async function namesOf(context: CommandContext, args: readonly string[], flags: DeleteFlags): Promise<string[]> {
  try {
    return await requireTopics(context, args, 'rafka topics delete NAME...', flags)
  } catch (error) {
    const noneFits = isRafkaError(error, 'UNKNOWN_TOPIC_OR_PARTITION')
    if (noneFits && flags.ifExists === true) return []
    throw error
  }
}

function unchanged(name: string): MutationResult {
  return { name, status: 'unchanged', error: null, text: `${name} does not exist` }
}

function absent(name: string): MutationResult {
  const message = `topic "${name}" does not exist`
  return { name, status: 'failed', error: { code: 'UNKNOWN_TOPIC_OR_PARTITION', message } }
}

async function wouldBeDeleted(
  admin: Admin,
  names: readonly string[],
  { ifExists }: DeleteFlags,
): Promise<MutationResult[]> {
  const known = (await admin.listTopics()).map(({ name }) => name)
  return names.map((name) => {
    if (known.includes(name)) return { name, status: 'valid', error: null, text: `would delete ${name}` }
    return ifExists === true ? unchanged(name) : absent(name)
  })
}

/** Of those that are there: nobody is asked about the others. */
async function whatIsLost(admin: Admin, asked: readonly string[]): Promise<Destruction> {
  const known = (await admin.listTopics()).filter(({ name }) => asked.includes(name))
  const names = known.map(({ name }) => name)
  const partitions = known.flatMap(({ name, partitions: all }) =>
    all.map(({ partition }) => ({ topic: name, partition })),
  )
  const [extents, sizes, compacted] = await Promise.all([
    topicExtents(admin, partitions),
    admin.partitionSizes(partitions),
    compactedTopics(admin, names),
  ])
  const records = recordsIn(extents)
  const about = compacted.size > 0 ? '~' : ''
  const counted = records === null ? '' : `, ${about}${countOf(records, 'record')}`
  const bytes = bytesIn(sizes)
  const size = bytes === null || bytes === 0 ? '' : `, ${formatSize(bytes)}`
  const held = `${countOf(partitions.length, 'partition')}${counted}${size}`
  const what = names.length === 1 ? names[0] : `${names.length} topics`
  const extentsOf = perTopic(extents)
  const recordsOf = (name: string) => recordsCell(recordsIn(extentsOf(name)), compacted.has(name))
  const preview = tableOf(known, [
    { title: 'TOPIC', cell: ({ name }) => name },
    { title: 'PARTITIONS', kind: 'number', cell: (topic) => topic.partitions.length },
    { title: 'RECORDS', kind: 'count', cell: ({ name }) => recordsOf(name) },
  ])
  const readers = await groupsThatRead(admin, names)
  const read = readers.length === 0 ? '' : `, ${countOf(readers.length, 'active group')} (${readers.join(', ')})`
  return { question: `Delete ${what}: ${held}${read}?`, names, preview: names.length > 1 ? preview : undefined }
}

/** Groups with a member that reads one of the topics now; none where the broker does not tell. */
async function groupsThatRead(admin: Admin, topics: readonly string[]): Promise<string[]> {
  try {
    const groups = await admin.listGroups()
    const described = groups.length === 0 ? [] : await admin.describeGroups(groups.map(({ group }) => group))
    const reads = ({ members }: (typeof described)[number]) =>
      members.some(({ partitions }) => partitions.some(({ topic }) => topics.includes(topic)))
    return described.filter(reads).map(({ group }) => group)
  } catch (error) {
    if (isRafkaError(error)) return []
    throw error
  }
}
