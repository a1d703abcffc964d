import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type CommandSpec, defineCommand } from './command.ts'

/** `rafka version`. */
export const version: CommandSpec<Record<never, never>> = defineCommand({
  usage: '[options]',
  examples: [
    ['rafka version', 'for people'],
    ['rafka version --json', 'for scripts'],
  ],
  declare: (command) => command,
  async run({ terminal, wantsJson }) {
    // The package's own name finds its description both from the sources and from what is built of them.
    const file = fileURLToPath(import.meta.resolve('rafka/package.json'))
    const { version: rafka } = JSON.parse(readFileSync(file, 'utf8')) as { version: string }
    const node = process.versions.node
    if (wantsJson) terminal.json({ rafka, node, platform: `${process.platform}-${process.arch}` })
    else terminal.print(`rafka ${rafka}  (node ${node}, ${process.platform}-${process.arch})`)
  },
})
