import { statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { CommandContext } from '../../context.ts'
import { exitCodes } from '../../exit-code.ts'
import type { GlobalFlags } from '../../global-options.ts'
import { profilesFile } from '../../profile/profiles-file.ts'
import { placeLine } from '../banner.ts'
import { Place } from '../place.ts'
import type { ReplWord, WordCall } from './repl-word.ts'
import { requireCount } from './require-count.ts'

/** `connect B|DIR`: what there was is kept until the new one has answered. */
export const connect: ReplWord = {
  names: ['connect'],
  usage: '[HOST:PORT|PROFILE|DIRECTORY]',
  summary: 'go to another broker, profile or data directory; without words, to the one of the start',
  async run(call) {
    const { conversation, args, surroundings } = call
    requireCount(this, args, 0, 1)
    const place = new Place(placeFlags(call))
    const context = new CommandContext({ ...surroundings, flags: place.flags, sessions: place.session }, {})
    const line = await arrive(place, context)
    await conversation.moveTo(place)
    if (line !== undefined) context.terminal.note(line)
    return exitCodes.done
  },
}

/** A broker may let nobody in who has not said who he is, and tell so at the first question only. @returns what the place is */
async function arrive({ session }: Place, context: CommandContext): Promise<string | undefined> {
  try {
    await context.session()
    return session.current && (await placeLine(session.current))
  } catch (error) {
    await session.letGo()
    throw error
  }
}

function placeFlags({ conversation, args: [target], context }: WordCall): GlobalFlags {
  if (target === undefined) return conversation.startFlags
  const { config } = conversation.startFlags
  const named = config === undefined ? {} : { config }
  if (profilesFile(context).contents().profiles.has(target)) return { ...named, profile: target }
  const path = target.startsWith('~/') ? join(homedir(), target.slice(2)) : resolve(context.io.cwd, target)
  if (target.includes('/') || target.startsWith('.') || isDirectory(path)) return { ...named, dataDir: path }
  return { ...named, brokers: target }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
