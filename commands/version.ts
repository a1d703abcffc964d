import { packageVersion } from '../config/package-file.ts'
import { type CommandSpec, defineCommand, type NoFlags } from './command.ts'
import { type DocumentOf, object, text } from './output/shape.ts'

const shape = object({ rafka: text, node: text, platform: text })

/** `rafka version`. */
export const version: CommandSpec<NoFlags, DocumentOf<typeof shape>> = defineCommand({
  usage: '[options]',
  examples: [
    ['rafka version', 'for people'],
    ['rafka version --json', 'for scripts'],
  ],
  declare: (command) => command,
  shape,
  async run() {
    const rafka = packageVersion()
    const node = process.versions.node
    const platform = `${process.platform}-${process.arch}`
    return {
      document: { rafka, node, platform },
      table: { columns: ['RAFKA', 'NODE', 'PLATFORM'].map((title) => ({ title })), rows: [[rafka, node, platform]] },
      view: [`rafka ${rafka}  (node ${node}, ${platform})`],
    }
  },
})
