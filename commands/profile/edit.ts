import { readFileSync, rmSync } from 'node:fs'
import { replaceFile } from '../../config/profiles-file.ts'
import { readConfigFile } from '../../config/read-config-file.ts'
import { RafkaError } from '../../src/index.ts'
import { type CommandSpec, defineCommand, type NoFlags } from '../command.ts'
import { runEditor } from '../run-editor.ts'
import { profilesFile } from './profiles-file.ts'

const beginning = `# Profiles: keys of rafka.yaml under a name. \`rafka profile use NAME\` makes one the current one.
profiles:
  # local: { data-dir: ~/rafka }
  # prod: { brokers: [k1:9092, k2:9092], protect: true, prompt: bg-red }
`

/** `rafka profile edit`: a copy is edited; it takes the place of the file once it is sound. */
export const editProfiles: CommandSpec<NoFlags> = defineCommand({
  usage: '[options]',
  examples: [['rafka profile edit', 'with $VISUAL, $EDITOR or vi']],
  declare: (command) => command,
  async run(context) {
    const { file, text } = profilesFile(context)
    if (!context.terminal.canAsk) {
      throw new RafkaError('INVALID_ARGUMENT', 'an editor needs a terminal', { details: { hint: `edit ${file}` } })
    }
    const copy = `${file}.edit.yaml`
    replaceFile(copy, text === '' ? beginning : text)
    await runEditor(context, copy, 'nothing was changed')
    const edited = readFileSync(copy, 'utf8')
    try {
      readConfigFile({ file: copy, text: edited }, true)
    } catch (error) {
      context.terminal.warn(`nothing was changed; what you wrote is in ${copy}`)
      throw error
    }
    replaceFile(file, edited)
    rmSync(copy)
    context.terminal.print(edited === text ? `${file} is unchanged` : `changed ${file}`)
  },
})
