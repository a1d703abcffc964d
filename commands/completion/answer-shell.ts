import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { findConfigFiles } from '../../config/find-config-file.ts'
import type { Config } from '../../config/load-config.ts'
import type { Io } from '../io.ts'
import { escapeText } from '../output/escape-text.ts'
import { completeWords } from './complete-words.ts'
import { configOf, flagValue } from './config-of-words.ts'
import { DeclaredCommands } from './declared-commands.ts'
import { type KnownNames, noNames } from './known-names.ts'
import { NamesFile } from './names-file.ts'

/** What was seen is good for so long; then it is given once more, while others look again. */
const FRESH_MS = 3000
/** Nobody else looks while somebody may still be at it. */
const LOOK_MS = 10_000

/**
 * `rafka __complete -- WORD...`, which the scripts of shells call: prints what the last word may become, one a line, a tab before what it means.
 * Answers from a file and lets another process look anew, so that it never waits for a broker. Tells no errors: they would be in the way of what is
 * being typed.
 */
export async function answerShell(argv: readonly string[], io: Io): Promise<number> {
  try {
    const words = argv[0] === '--' ? argv.slice(1) : argv
    const [typed, earlier] = [words.at(-1) ?? '', words.slice(0, -1)]
    const names = await namesFor(earlier, io)
    const candidates = await completeWords(earlier, typed, names, new DeclaredCommands())
    for (const { text, meaning } of candidates) {
      io.stdout.write(`${escapeText(text)}${meaning === '' ? '' : `\t${escapeText(meaning)}`}\n`)
    }
  } catch {
    // A configuration with a mistake: the command itself will tell.
  }
  return 0
}

async function namesFor(words: readonly string[], io: Io): Promise<KnownNames> {
  const config = await configOf(words, io)
  const file = new NamesFile(io.env, config)
  const now = Date.now()
  if (file.ageMs(now) > FRESH_MS && isWorthALook(config) && file.claimLook(now, LOOK_MS)) lookInBackground(words)
  return { ...noNames, ...file.read(), profiles: await profilesOf(words, io) }
}

/** A data directory that is not there must not be made for the sake of a completion. */
function isWorthALook(config: Config): boolean {
  return (config.get('brokers') ?? []).length > 0 || existsSync(config.dataDir)
}

async function profilesOf(words: readonly string[], io: Io): Promise<string[]> {
  const named = flagValue(words, '--config') ?? (io.env.RAFKA_CONFIG || undefined)
  const search = { named, cwd: io.cwd, env: io.env, uid: process.getuid?.() }
  try {
    if (findConfigFiles(search).users === undefined) return []
    // The parser of YAML costs a third of the time in which the shell has to be answered.
    const { ProfilesFile } = await import('../../config/profiles-file.ts')
    return [...ProfilesFile.read(search).contents().profiles.keys()]
  } catch {
    return []
  }
}

function lookInBackground(words: readonly string[]): void {
  const program = [...process.execArgv, process.argv[1]!]
  const child = spawn(process.execPath, [...program, '__look', '--', ...words], { stdio: 'ignore', detached: true })
  child.on('error', () => {})
  child.unref()
}
