import { type CommandSpec, defineCommand, type NoFlags } from '../command.ts'
import type { PaintName } from '../output/paint.ts'
import { type DocumentOf, nullable, object, text } from '../output/shape.ts'

const shape = object({ profile: nullable(text), prompt: nullable(text) })

/** `rafka profile prompt`: the profile in use, for the prompt of a shell; nothing where none is. */
export const promptProfile: CommandSpec<NoFlags, DocumentOf<typeof shape>> = defineCommand({
  usage: '[options]',
  examples: [
    ['rafka profile prompt', "PS1='$(rafka profile prompt)$ ' in .bashrc"],
    ['rafka profile prompt --color always', 'in its colour'],
  ],
  declare: (command) => command,
  shape,
  async run(context) {
    const config = await context.config()
    const name = config.profile?.name ?? null
    const color = config.get('prompt') ?? null
    const document = { profile: name, prompt: color }
    return {
      document,
      table: { columns: [{ title: 'PROFILE' }, { title: 'PROMPT' }], rows: [[name, color]] },
      view: name === null ? [] : [color === null ? name : { text: name, paint: paintOf(color) }],
    }
  },
})

/** `bg-red` is `bgRed`. */
function paintOf(color: string): PaintName {
  return color.replace(/^bg-(.)/, (_, first: string) => `bg${first.toUpperCase()}`) as PaintName
}
