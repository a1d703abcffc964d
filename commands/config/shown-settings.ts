import { type ConfigKeyName, hidden, isSecret } from '../../config/config-keys.ts'
import type { HookConfig } from '../../config/list-kinds.ts'
import { type Config, type ConfigOrigin, describeOrigin } from '../../config/load-config.ts'
import { type Table, tableOf } from '../output/report.ts'
import { anything, type DocumentOf, list, nullable, object, text, whole, word } from '../output/shape.ts'

/** Values of the configuration, and where each comes from: `source` is the flag, the variable or the file. */
export const settingList = list(
  object({
    key: text,
    value: anything,
    from: word('flag', 'environment', 'profile', 'file', 'default'),
    source: nullable(text),
    line: nullable(whole),
  }),
)

/** The settings of these names, for programs. */
export function settingsOf(config: Config, names: readonly ConfigKeyName[]): DocumentOf<typeof settingList> {
  return names.map((name) => ({ key: name, value: shownValue(config, name), ...originOf(config.origin(name)) }))
}

/** The same for people. */
export function settingTable(config: Config, names: readonly ConfigKeyName[]): Table {
  const columns = [
    { title: 'KEY', cell: (name: ConfigKeyName) => name },
    { title: 'VALUE', cell: (name: ConfigKeyName) => shownText(config, name) },
    { title: 'FROM', cell: (name: ConfigKeyName) => describeOrigin(config.origin(name)) },
  ]
  return tableOf(names, columns, { stacks: true })
}

function shownText(config: Config, name: ConfigKeyName): string {
  if (isSecret(name)) return config.given(name) === undefined ? '-' : hidden
  if (name === 'data-dir') return config.dataDir
  if (name === 'hooks') return (config.get('hooks') ?? []).map(({ module }) => module).join(', ') || '-'
  if (name === 'brokers') return config.get('brokers')?.join(', ') ?? '-'
  return config.text(name) ?? '-'
}

function shownValue(config: Config, name: ConfigKeyName): unknown {
  if (isSecret(name)) return config.given(name) === undefined ? null : hidden
  if (name === 'data-dir') return config.dataDir
  if (name === 'hooks') return config.get('hooks')?.map(withoutSecrets) ?? null
  return config.get(name) ?? null
}

/** The options of a hook may hold a password: their names are enough. */
function withoutSecrets({ module, options, topics }: HookConfig): object {
  const names = typeof options === 'object' && options !== null ? Object.keys(options) : []
  return { module, options: names, topics: topics ?? null }
}

function originOf(origin: ConfigOrigin) {
  const { from } = origin
  if (from === 'flag') return { from, source: origin.flag, line: null }
  if (from === 'environment') return { from, source: origin.variable, line: null }
  return from === 'default' ? { from, source: null, line: null } : { from, source: origin.file, line: origin.line }
}
