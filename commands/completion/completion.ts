import { Argument } from 'commander'
import { packageFile } from '../../config/package-file.ts'
import { type CommandSpec, defineCommand, type NoFlags } from '../command.ts'
import { type DocumentOf, object, text, word } from '../output/shape.ts'
import { missingArgument } from '../prompts.ts'

const shells = ['bash', 'zsh', 'fish'] as const

const howToLoad = {
  bash: 'source <(rafka completion bash)',
  zsh: 'source <(rafka completion zsh)',
  fish: 'rafka completion fish | source',
} as const

const shape = object({ shell: word(...shells), script: text })

/** `rafka completion`: the script for a shell. */
export const completion: CommandSpec<NoFlags, DocumentOf<typeof shape>> = defineCommand({
  usage: `${shells.join('|')} [options]`,
  examples: [
    ['rafka completion bash', `in ~/.bashrc: ${howToLoad.bash}`],
    ['rafka completion zsh', `in ~/.zshrc: ${howToLoad.zsh}`],
    [howToLoad.fish, 'in ~/.config/fish/config.fish'],
  ],
  declare: (command) => command.addArgument(new Argument('[shell]').choices(shells)),
  shape,
  async run({ terminal }, { args }) {
    const shell = shells.find((name) => name === args[0])
    if (shell === undefined) throw missingArgument('no shell was named', 'rafka completion bash, zsh or fish')
    const script = packageFile(`completions/rafka.${shell}`)
    return {
      document: { shell, script },
      table: { columns: [{ title: 'SHELL' }, { title: 'SCRIPT' }], rows: [[shell, script]] },
      view: script.trimEnd().split('\n'),
      note: terminal.isTerminal ? `this is for ${shell} to read: ${howToLoad[shell]}` : undefined,
    }
  },
})
