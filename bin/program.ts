import { closeSync } from 'node:fs'
import { isatty } from 'node:tty'
import { main } from '../commands/main.ts'

// Node ends by giving a terminal the modes that it had at the start. To one that ran in the background (`rafka consume logs &`) these are the modes
// of the shell's own line editing, and the terminal would go on without echo. It leaves alone what is closed; who changed a mode has changed it back.
process.on('exit', () => {
  for (const descriptor of [0, 1, 2]) if (isatty(descriptor)) closeSync(descriptor)
})

// Never process.exit: what was written to a slow pipe would be lost.
void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code
})
