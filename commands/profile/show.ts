import { configKeyNames } from '../../config/config-keys.ts'
import { loadConfig } from '../../config/load-config.ts'
import { type CommandSpec, defineCommand } from '../command.ts'
import { settingList, settingsOf, settingTable } from '../config/shown-settings.ts'
import { configFlags } from '../global-options.ts'
import { type DocumentOf, nullable, object, text } from '../output/shape.ts'
import { profilesFile } from './profiles-file.ts'

interface ShowFlags {
  readonly origin?: boolean
}

const shape = object({ profile: nullable(text), chosen_by: nullable(text), file: text, settings: settingList })

/** `rafka profile show`. */
export const showProfile: CommandSpec<ShowFlags, DocumentOf<typeof shape>> = defineCommand({
  usage: '[NAME] [options]',
  examples: [
    ['rafka profile show', 'what the profile in use sets'],
    ['rafka profile show prod', 'another one'],
    ['rafka profile show --origin', 'all that is set, and by what'],
  ],
  declare: (command) =>
    command.argument('[name]').option('--origin', 'also what flags, variables and files set, over it or beside it'),
  shape,
  async run(context, { args, flags }) {
    const { io } = context
    const file = profilesFile(context)
    const named = args[0] ?? context.flags.profile
    if (named !== undefined) file.require(named)
    const config = await loadConfig({
      cwd: io.cwd,
      env: io.env,
      flags: configFlags(context.flags),
      file: context.flags.config,
      profile: named,
      uid: process.getuid?.(),
    })
    const { profile } = config
    const names = configKeyNames.filter((key) => {
      const { from } = config.origin(key)
      return flags.origin === true ? from !== 'default' : from === 'profile'
    })
    const chosenBy = args[0] === undefined ? profile?.chosenBy : undefined
    const head =
      profile === undefined
        ? 'no profile is in use'
        : `profile ${profile.name}${chosenBy ? `, chosen by ${chosenBy}` : ''}`
    return {
      document: {
        profile: profile?.name ?? null,
        chosen_by: chosenBy ?? null,
        file: file.file,
        settings: settingsOf(config, names),
      },
      table: settingTable(config, names),
      view: [head, ...(names.length === 0 ? [] : [settingTable(config, names)])],
    }
  },
})
