import { type CommandSpec, defineCommand, type NoFlags } from '../command.ts'
import { type Mutations, mutationReport, mutationsOf } from '../mutation-report.ts'
import { missingArgument } from '../prompts.ts'
import { profilesFile } from './profiles-file.ts'

/** `rafka profile delete`. */
export const deleteProfile: CommandSpec<NoFlags, Mutations<'profile'>> = defineCommand({
  usage: 'NAME... [options]',
  examples: [['rafka profile delete old', 'nothing but the profile goes']],
  declare: (command) => command.argument('[name...]'),
  shape: mutationsOf('profile'),
  async run(context, { args }) {
    const names = [...new Set(args)]
    if (names.length === 0) throw missingArgument('no profile was named', 'rafka profile delete NAME')
    const file = profilesFile(context)
    for (const name of names) file.require(name)
    for (const name of names) file.delete(name)
    file.save()
    const results = names.map((name) => ({ name, status: 'deleted', error: null }))
    return await mutationReport(context, 'profile', results)
  },
})
