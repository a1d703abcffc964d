import { type CommandSpec, defineCommand } from '../command.ts'
import { collected } from '../option-values.ts'
import { tableOf } from '../output/report.ts'
import { type DocumentOf, list, object, text } from '../output/shape.ts'

interface ListFlags {
  readonly state?: readonly string[]
  readonly type?: readonly string[]
}

const shape = object({ groups: list(object({ group: text, state: text, type: text, protocol_type: text })) })

/** `rafka groups list`. */
export const listGroups: CommandSpec<ListFlags, DocumentOf<typeof shape>> = defineCommand({
  usage: '[options]',
  examples: [
    ['rafka groups list', 'all groups'],
    ['rafka groups list --state empty', 'those without members'],
    ['rafka groups list --json | jq -r .groups[].group', 'names alone'],
  ],
  declare: (command) =>
    command
      .option('--state <state>', 'stable, empty, …, may be repeated', collected)
      .option('--type <type>', 'classic or consumer, may be repeated', collected),
  shape,
  watch: true,
  async run(context, { flags }) {
    const { rafka } = await context.session()
    const found = await rafka.admin().listGroups({ states: flags.state ?? [], types: flags.type ?? [] })
    const groups = found.map(({ group, state, type, protocolType }) => ({
      group,
      state,
      type,
      protocol_type: protocolType,
    }))
    return {
      document: { groups },
      table: tableOf(groups, [
        { title: 'GROUP', cell: ({ group }) => group },
        { title: 'STATE', cell: ({ state }) => state },
        { title: 'TYPE', cell: ({ type }) => type },
        { title: 'PROTOCOL', cell: ({ protocol_type }) => (protocol_type === '' ? null : protocol_type) },
      ]),
      note: groups.length > 0 ? undefined : noteWithoutGroups(flags),
    }
  },
})

function noteWithoutGroups({ state, type }: ListFlags): string {
  if (state === undefined && type === undefined) return 'no groups; rafka consume TOPIC -g GROUP makes one'
  return `no group is ${[...(state ?? []), ...(type ?? [])].join(' or ')}; rafka groups list shows all`
}
