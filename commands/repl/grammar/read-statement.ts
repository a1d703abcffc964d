import { type ScannedLine, scanLine } from './scan-line.ts'
import { splitSql } from './split-sql.ts'

/** Where the output of a line goes, when not to where the REPL's goes. */
export type Destination =
  | { readonly kind: 'pipe'; readonly command: string }
  | { readonly kind: 'file'; readonly file: string; readonly append: boolean }

/** What a line of the REPL asks for. */
export type Statement =
  | { readonly kind: 'empty' }
  /** More has to be typed. */
  | { readonly kind: 'open' }
  | { readonly kind: 'wrong'; readonly problem: string }
  /** For the system's shell. */
  | { readonly kind: 'shell'; readonly command: string }
  | {
      readonly kind: 'command'
      readonly words: readonly string[]
      readonly destination: Destination | undefined
      /** The file that is its stdin. */
      readonly input: string | undefined
    }

/** With `sql` in front too, as at the shell, where the statement stands in quotes. */
const sql = /^\s*(?:sql\s+)?(?=(?:select|with|explain)\s)/i

/** Whether a line is SQL, from its first word on. */
export function isSql(line: string): boolean {
  return sql.test(line)
}

/** Reads a line, or several that belong together: the command line without `rafka`, SQL, or `!` and a line for the shell. */
export function readStatement(text: string): Statement {
  const line = text.trim()
  if (line.startsWith('!')) return shellStatement(line)
  if (isSql(line)) return sqlStatement(line)
  const scanned = scanLine(text)
  if (scanned.open !== undefined) return { kind: 'open' }
  const words = scanned.words.map((word) => word.text)
  const named = words[0] === 'rafka' ? words.slice(1) : words
  const isEmpty = named.length === 0 && scanned.redirects.length === 0 && scanned.pipe === undefined
  return isEmpty && scanned.problem === undefined ? { kind: 'empty' } : commandStatement(named, scanned)
}

function commandStatement(words: readonly string[], { redirects, pipe, problem }: ScannedLine): Statement {
  if (problem !== undefined) return { kind: 'wrong', problem }
  if (words.length === 0) return { kind: 'wrong', problem: 'there is no command' }
  const files = redirects.map(({ operator, file }) => ({ sign: operator.sign, file: file?.text ?? '' }))
  const inputs = files.filter(({ sign }) => sign === '<')
  const outputs = files.filter(({ sign }) => sign !== '<')
  if (inputs.length > 1) return { kind: 'wrong', problem: 'two files cannot be the input' }
  if (outputs.length + (pipe === undefined ? 0 : 1) > 1) {
    return { kind: 'wrong', problem: 'the output can go to one place' }
  }
  const [output] = outputs
  const toFile = output && ({ kind: 'file', file: output.file, append: output.sign === '>>' } as const)
  const destination: Destination | undefined = pipe === undefined ? toFile : { kind: 'pipe', command: pipe.command }
  return { kind: 'command', words, destination, input: inputs[0]?.file }
}

function shellStatement(line: string): Statement {
  const command = line.slice(1).trim()
  if (command.endsWith('\\')) return { kind: 'open' }
  return command === ''
    ? { kind: 'wrong', problem: 'a command of the shell must follow "!"' }
    : { kind: 'shell', command }
}

/** SQL has its own quotes, and `|` and `>` mean other things in it: it is handed over whole, up to where its output goes. */
function sqlStatement(line: string): Statement {
  const { query, redirection, isOpen } = splitSql(line.replace(sql, ''))
  if (isOpen || line.endsWith('\\')) return { kind: 'open' }
  const scanned = scanLine(redirection)
  if (scanned.open !== undefined) return { kind: 'open' }
  return commandStatement(['sql', query.replaceAll('\\\n', '\n').replace(/[;\s]+$/, '')], scanned)
}
