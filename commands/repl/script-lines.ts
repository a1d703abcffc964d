import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { RafkaError } from '../../src/index.ts'
import type { Io } from '../io.ts'
import { readStatement } from './grammar/read-statement.ts'

/** One statement of a script and where it begins: `stdin:3`. */
export interface ScriptLine {
  readonly text: string
  readonly where: string
}

/** Lines to run, as they come. */
export type Script = AsyncIterable<ScriptLine> | Iterable<ScriptLine>

/** A statement may go over so many characters, all its lines together. */
const MAX_STATEMENT = 1024 * 1024

/** Reads the lines of a file; `-` is stdin, whose lines are run as they come. @throws RafkaError `INVALID_ARGUMENT` when it cannot be read */
export async function readScript(io: Io, name: string): Promise<Script> {
  if (name === '-') return statements(linesOf(io.stdin as AsyncIterable<Buffer>), 'stdin')
  try {
    return statements([await readFile(resolve(io.cwd, name), 'utf8')].flatMap(splitLines), name)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new RafkaError('INVALID_ARGUMENT', `cannot read ${JSON.stringify(name)}: ${reason}`, { cause: error })
  }
}

/** The statements of a text that was typed or pasted. */
export async function* readStatements(text: string): AsyncIterable<string> {
  for await (const statement of statements(splitLines(text), '')) yield statement.text
}

function splitLines(text: string): string[] {
  const lines = text.split('\n')
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}

async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncIterable<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true })
    const lines = rest.split('\n')
    rest = lines.pop()!
    yield* lines
    if (rest.length > MAX_STATEMENT) break
  }
  if (rest !== '') yield rest
}

/** Puts lines together that belong together. */
async function* statements(lines: AsyncIterable<string> | Iterable<string>, name: string): AsyncIterable<ScriptLine> {
  let text = ''
  let first = 0
  let number = 0
  for await (const read of lines) {
    const line = read.replace(/\r$/, '')
    number += 1
    if (text === '') first = number
    text += text === '' ? line : `\n${line}`
    if (readStatement(text).kind === 'open' && text.length <= MAX_STATEMENT) continue
    yield { text, where: `${name}:${first}` }
    text = ''
  }
  if (text !== '') yield { text, where: `${name}:${first}` }
}
