import { type ConfigKeyName, configKeyNames } from '../../config/config-keys.ts'
import type { HookConfig } from '../../config/list-kinds.ts'
import type { Config, ConfigOrigin } from '../../config/load-config.ts'
import { nearestName } from '../../config/nearest-name.ts'
import { RafkaError } from '../../src/index.ts'
import { type CommandSpec, defineCommand } from '../command.ts'
import { tableOf } from '../output/report.ts'
import { anything, type DocumentOf, list, nullable, object, text, whole, word } from '../output/shape.ts'

interface ShowFlags {
  readonly set?: boolean
}

const shape = object({
  file: nullable(text),
  data_dir: text,
  settings: list(
    object({
      key: text,
      value: anything,
      from: word('flag', 'environment', 'file', 'default'),
      source: nullable(text),
      line: nullable(whole),
    }),
  ),
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
    const settings = names.map((name) => ({
      key: name,
      value: shownValue(config, name),
      ...originInJson(config.origin(name)),
    }))
    return {
      document: { file: config.file ?? null, data_dir: config.dataDir, settings },
      table: tableOf(names, [
        { title: 'KEY', cell: (name) => name },
        { title: 'VALUE', cell: (name) => shownText(config, name) },
        { title: 'FROM', cell: (name) => describeOrigin(config.origin(name)) },
      ]),
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

function shownText(config: Config, name: ConfigKeyName): string {
  if (name === 'data-dir') return config.dataDir
  if (name === 'hooks') return (config.get('hooks') ?? []).map(({ module }) => module).join(', ') || '-'
  return config.text(name) ?? '-'
}

function shownValue(config: Config, name: ConfigKeyName): unknown {
  if (name === 'data-dir') return config.dataDir
  if (name === 'hooks') return config.get('hooks')?.map(withoutSecrets) ?? null
  return config.get(name) ?? null
}

/** The options of a hook may hold a password: their names are enough. */
function withoutSecrets({ module, options, topics }: HookConfig): object {
  const names = typeof options === 'object' && options !== null ? Object.keys(options) : []
  return { module, options: names, topics: topics ?? null }
}

/** `source` is the flag, the variable or the file. */
function originInJson(origin: ConfigOrigin) {
  const { from } = origin
  const source =
    from === 'flag' ? origin.flag : from === 'environment' ? origin.variable : from === 'file' ? origin.file : null
  return { from, source, line: from === 'file' ? origin.line : null }
}

function describeOrigin(origin: ConfigOrigin): string {
  switch (origin.from) {
    case 'flag':
      return origin.flag
    case 'environment':
      return origin.variable
    case 'file':
      return `${origin.file}:${origin.line}`
    case 'default':
      return 'default'
  }
}
