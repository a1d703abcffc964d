import { type CommandSpec, defineCommand } from '../command.ts'
import { type Mutations, mutationReport, mutationsOf } from '../mutation-report.ts'
import { collected } from '../option-values.ts'
import { countOf } from '../output/quantities.ts'
import { type ConfirmFlags, confirmOrRefuse, declareConfirmation, missingArgument } from '../prompts.ts'
import { namedPartitions } from './parse-topics.ts'
import { requireGroups } from './require-groups.ts'

interface DeleteOffsetsFlags extends ConfirmFlags {
  readonly topics?: readonly string[]
}

/** `rafka groups delete-offsets`. */
export const deleteOffsets: CommandSpec<DeleteOffsetsFlags, Mutations<'partition'>> = defineCommand({
  usage: 'GROUP --topics TOPIC[:0,1] [options]',
  examples: [
    ['rafka groups delete-offsets billing --topics orders', 'of all its partitions'],
    ['rafka groups delete-offsets billing --topics orders:0,1 --yes', 'of two'],
  ],
  declare: (command) =>
    declareConfirmation(command)
      .argument('[group]')
      .option('--topics <topic[:n,...]>', 'whose offsets, may be repeated', collected),
  shape: mutationsOf('partition'),
  async run(context, { args, flags }) {
    if (flags.topics === undefined) throw missingArgument('no topic was named', 'add --topics TOPIC')
    const [group = ''] = await requireGroups(
      context,
      args.slice(0, 1),
      'rafka groups delete-offsets GROUP --topics TOPIC',
    )
    const { rafka } = await context.session()
    const admin = rafka.admin()
    const partitions = await namedPartitions(admin, flags.topics)
    const question = `Delete what ${group} has committed for ${countOf(partitions.length, 'partition')}?`
    await confirmOrRefuse(context, { question, names: [group] }, flags)
    const done = await admin.deleteGroupOffsets(group, partitions)
    const results = done.map(({ topic, partition, error }) => ({
      name: `${topic}/${partition}`,
      status: error === null ? 'deleted' : 'failed',
      error,
      text: `deleted the offset of ${topic}/${partition}`,
    }))
    return await mutationReport(context, 'partition', results)
  },
})
