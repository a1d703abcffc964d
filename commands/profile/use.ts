import { RafkaError } from '../../src/index.ts'
import { type CommandSpec, defineCommand, type NoFlags } from '../command.ts'
import { type Mutations, mutationReport, mutationsOf } from '../mutation-report.ts'
import { missingArgument, pickName } from '../prompts.ts'
import { profilesFile } from './profiles-file.ts'

/** `rafka profile use`. */
export const useProfile: CommandSpec<NoFlags, Mutations<'profile'>> = defineCommand({
  usage: '[NAME|-] [options]',
  examples: [
    ['rafka profile use prod', 'until another one is used'],
    ['rafka profile use -', 'the one before'],
    ['rafka profile use', 'pick one'],
  ],
  declare: (command) => command.argument('[name]'),
  shape: mutationsOf('profile'),
  async run(context, { args }) {
    const file = profilesFile(context)
    const usage = 'rafka profile use NAME'
    const names = [...file.contents().profiles.keys()]
    if (args.length === 0 && (!context.terminal.canAsk || names.length === 0)) {
      throw missingArgument('no profile was named', usage)
    }
    const wanted = args[0] ?? (await pickName(context, 'Profile', names))
    const name = wanted === '-' ? file.previous : wanted
    if (name === undefined) {
      throw new RafkaError('INVALID_ARGUMENT', 'no other profile was used before', { details: { hint: usage } })
    }
    file.require(name)
    file.use(name)
    file.save()
    return await mutationReport(context, 'profile', [{ name, status: 'used', error: null, text: `now using ${name}` }])
  },
})
