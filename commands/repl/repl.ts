import { RafkaError } from '../../src/index.ts'
import { type CommandSpec, defineCommand } from '../command.ts'
import { collected } from '../option-values.ts'

interface ReplFlags {
  readonly command?: readonly string[]
  readonly file?: readonly string[]
  readonly bail?: boolean
  /** `--no-history` makes it false. */
  readonly history?: boolean
}

/** `rafka repl`, and `rafka` alone. */
export const repl: CommandSpec<ReplFlags> = defineCommand({
  usage: '[options]',
  examples: [
    ['rafka repl', 'as rafka alone: asks for lines on a terminal'],
    ['rafka repl -b localhost:9092', 'on a broker of the network'],
    ['echo "topics list" | rafka repl', 'a script on stdin'],
    ['rafka repl -f setup.rafka', 'a script in a file'],
    ["rafka repl -c 'topics create t' -c 'produce t x'", 'lines'],
  ],
  declare: (command) =>
    command
      .option('-c, --command <line>', 'run this line, may be repeated', collected)
      .option('-f, --file <file>', 'run the lines of a file, may be repeated; - is stdin', collected)
      .option('--bail', 'the first error ends a script (default)')
      .option('--no-bail', 'go on after an error; the exit code tells of it all the same')
      .option('--no-history', 'remember no lines'),
  async run(context, { flags }) {
    const { startRepl } = context.surroundings
    if (startRepl === undefined) throw new RafkaError('INVALID_ARGUMENT', 'this is the REPL already')
    return await startRepl(context, {
      commands: flags.command ?? [],
      files: flags.file ?? [],
      bail: flags.bail !== false,
      history: flags.history !== false,
    })
  },
})
