import { type CommandSpec, defineCommand } from '../command.ts'
import { type Mutations, mutationReport, mutationsOf } from '../mutation-report.ts'
import { type ConfirmFlags, confirmOrRefuse, declareConfirmation } from '../prompts.ts'
import { requireGroups } from './require-groups.ts'

interface DeleteFlags extends ConfirmFlags {
  readonly ifExists?: boolean
}

/** `rafka groups delete`. */
export const deleteGroups: CommandSpec<DeleteFlags, Mutations<'group'>> = defineCommand({
  usage: 'GROUP... [options]',
  examples: [
    ['rafka groups delete billing', 'asks first'],
    ['rafka groups delete old older --yes --if-exists', 'in a script'],
  ],
  declare: (command) =>
    declareConfirmation(command).argument('[group...]').option('--if-exists', 'a group that is not there is no error'),
  shape: mutationsOf('group'),
  async run(context, { args, flags }) {
    const names = await requireGroups(context, args, 'rafka groups delete GROUP...')
    const what = names.length === 1 ? names[0] : `${names.length} groups`
    await confirmOrRefuse(context, { question: `Delete ${what} with all committed offsets?`, names }, flags)
    const { rafka } = await context.session()
    const results = (await rafka.admin().deleteGroups(names)).map(({ name, error }) => {
      if (error?.code === 'GROUP_ID_NOT_FOUND' && flags.ifExists === true) {
        return { name, status: 'unchanged', error: null, text: `${name} does not exist` }
      }
      return { name, status: error === null ? 'deleted' : 'failed', error }
    })
    return await mutationReport(context, 'group', results)
  },
})
