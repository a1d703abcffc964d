import type { ConfigKeyName } from '../../config/config-keys.ts'
import type { FileValue } from '../../config/read-config-file.ts'
import { type CommandSpec, defineCommand, type NoFlags } from '../command.ts'
import { tableOf } from '../output/report.ts'
import { type DocumentOf, flag, list, nullable, object, text } from '../output/shape.ts'
import { profilesFile } from './profiles-file.ts'

const shape = object({
  file: text,
  profiles: list(
    object({ name: text, current: flag, brokers: nullable(list(text)), data_dir: nullable(text), protect: flag }),
  ),
})

/** `rafka profile list`. */
export const listProfiles: CommandSpec<NoFlags, DocumentOf<typeof shape>> = defineCommand({
  usage: '[options]',
  examples: [
    ['rafka profile list', 'all, the current one marked'],
    ['rafka profile list --json | jq -r .profiles[].name', 'names alone'],
  ],
  declare: (command) => command,
  shape,
  async run(context) {
    const file = profilesFile(context)
    const { current, profiles } = file.contents()
    const rows = [...profiles].map(([name, values]) => ({
      name,
      current: current?.text === name,
      brokers: (settingOf(values, 'brokers') as readonly string[] | undefined) ?? null,
      data_dir: (settingOf(values, 'data-dir') as string | undefined) ?? null,
      protect: settingOf(values, 'protect') === true,
    }))
    return {
      document: { file: file.file, profiles: rows },
      table: tableOf(rows, [
        { title: 'NAME', cell: ({ name }) => name },
        { title: 'CURRENT', cell: (row) => (row.current ? '*' : '') },
        { title: 'BROKERS', cell: ({ brokers }) => brokers?.join(',') ?? null },
        { title: 'DATA-DIR', cell: ({ data_dir }) => data_dir },
        { title: 'PROTECTED', cell: ({ protect }) => (protect ? 'yes' : '') },
      ]),
      note: rows.length === 0 ? 'no profiles yet; rafka profile create NAME -b host:port makes one' : undefined,
    }
  },
})

function settingOf(values: ReadonlyMap<ConfigKeyName, FileValue>, name: ConfigKeyName): unknown {
  return values.get(name)?.value
}
