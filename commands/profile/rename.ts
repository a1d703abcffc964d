import { type CommandSpec, defineCommand, type NoFlags } from '../command.ts'
import { type Mutations, mutationReport, mutationsOf } from '../mutation-report.ts'
import { missingArgument } from '../prompts.ts'
import { profilesFile } from './profiles-file.ts'

/** `rafka profile rename`. */
export const renameProfile: CommandSpec<NoFlags, Mutations<'profile'>> = defineCommand({
  usage: 'NAME NEW-NAME [options]',
  examples: [['rafka profile rename prod production', 'it stays the current one if it was']],
  declare: (command) => command.argument('[name]').argument('[new-name]'),
  shape: mutationsOf('profile'),
  async run(context, { args }) {
    const [from, to] = args
    if (from === undefined || to === undefined) {
      throw missingArgument('two names are needed', 'rafka profile rename NAME NEW-NAME')
    }
    const file = profilesFile(context)
    file.require(from)
    file.refuseTaken(to)
    file.rename(from, to)
    file.save()
    const result = { name: to, status: 'renamed', error: null, text: `renamed ${from} to ${to}` }
    return await mutationReport(context, 'profile', [result])
  },
})
