import { exitCodes } from '../exit-code.ts'
import type { Conversation } from './conversation.ts'
import type { Script } from './script-lines.ts'

/** Runs a script to its end, to `exit`, or with `bail` to the first error. @returns the exit code: failed when any line failed */
export async function runScript(conversation: Conversation, script: Script, bail: boolean): Promise<number> {
  let failed = false
  for await (const { text, where } of script) {
    const code = await conversation.run(text, `${where}: `)
    if (code === exitCodes.interrupted || code === exitCodes.terminated) return code
    if (code !== exitCodes.done) failed = true
    if (conversation.ended || (failed && bail)) break
  }
  return failed ? exitCodes.failed : exitCodes.done
}
