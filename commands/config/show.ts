import { type ConfigKeyName, configKeyNames } from '../../config/config-keys.ts'
import { nearestName } from '../../config/nearest-name.ts'
import { RafkaError } from '../../src/index.ts'
import { type CommandSpec, defineCommand } from '../command.ts'
import { type DocumentOf, list, nullable, object, text } from '../output/shape.ts'
import { settingList, settingsOf, settingTable } from './shown-settings.ts'

interface ShowFlags {
  readonly set?: boolean
}

const shape = object({
  files: list(text),
  profile: nullable(text),
  data_dir: text,
  settings: settingList,
})

/** `rafka config show`. */
export const showConfig: CommandSpec<ShowFlags, DocumentOf<typeof shape>> = defineCommand({
  usage: '[KEY...] [options]',
  examples: [
    ['rafka config show', 'every key, its value and where that comes from'],
    ['rafka config show --set', 'only what somebody set'],
    ['rafka config show storage data-dir', 'a section and a key'],
  ],
  declare: (command) => command.argument('[key...]').option('-s, --set', 'only what is not a default'),
  shape,
  async run(context, { args, flags }) {
    const config = await context.config()
    const names = selectKeys(args).filter((name) => flags.set !== true || config.origin(name).from !== 'default')
    const { files, profile, dataDir } = config
    return {
      document: { files, profile: profile?.name ?? null, data_dir: dataDir, settings: settingsOf(config, names) },
      table: settingTable(config, names),
      note: names.length === 0 ? 'nothing is set, all is as by default; without --set every key is shown' : undefined,
    }
  },
})

function selectKeys(wanted: readonly string[]): readonly ConfigKeyName[] {
  if (wanted.length === 0) return configKeyNames
  return wanted.flatMap((word) => {
    const found = configKeyNames.filter((name) => name === word || name.startsWith(`${word}.`))
    if (found.length > 0) return found
    const near = nearestName(word, configKeyNames)
    throw new RafkaError('INVALID_ARGUMENT', `unknown key "${word}"`, {
      details: { hint: near === undefined ? 'rafka config show lists all' : `did you mean "${near}"?` },
    })
  })
}
