import { type CommandSpec, defineCommand, type NoFlags } from '../command.ts'
import { tableOf } from '../output/report.ts'
import { type DocumentOf, list, object, text, whole } from '../output/shape.ts'

const shape = object({
  users: list(object({ user: text, credentials: list(object({ mechanism: text, iterations: whole })) })),
})

/** `rafka users list`. */
export const listUsers: CommandSpec<NoFlags, DocumentOf<typeof shape>> = defineCommand({
  usage: '[options]',
  examples: [
    ['rafka users list', 'whom the broker knows, and how they may log in'],
    ['rafka users list --json | jq -r .users[].user', 'names alone'],
  ],
  declare: (command) => command,
  shape,
  watch: true,
  async run(context) {
    const { rafka } = await context.session()
    const users = await rafka.admin().describeUsers()
    const rows = users.flatMap(({ user, credentials }) => credentials.map((each) => ({ user, ...each })))
    return {
      document: { users },
      table: tableOf(rows, [
        { title: 'USER', cell: ({ user }) => user },
        { title: 'MECHANISM', cell: ({ mechanism }) => mechanism },
        { title: 'ITERATIONS', kind: 'number', cell: ({ iterations }) => iterations },
      ]),
      note: users.length === 0 ? 'no users; rafka users create NAME makes one' : undefined,
    }
  },
})
