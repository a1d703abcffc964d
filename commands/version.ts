import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
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
    // The package's own name finds its description both from the sources and from what is built of them.
    const file = fileURLToPath(import.meta.resolve('rafka/package.json'))
    const { version: rafka } = JSON.parse(readFileSync(file, 'utf8')) as { version: string }
    const node = process.versions.node
    const platform = `${process.platform}-${process.arch}`
    return {
      document: { rafka, node, platform },
      table: { columns: ['RAFKA', 'NODE', 'PLATFORM'].map((title) => ({ title })), rows: [[rafka, node, platform]] },
      view: [`rafka ${rafka}  (node ${node}, ${platform})`],
    }
  },
})
