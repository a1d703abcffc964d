import { scanLine } from './scan-line.ts'

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

const sql = /^(select|with|explain)\s/i

/** Reads a line, or several that belong together: the command line without `rafka`, SQL, or `!` and a line for the shell. */
export function readStatement(text: string): Statement {
  const line = text.trim()
  if (line.startsWith('!')) return shellStatement(line)
  if (sql.test(line)) return sqlStatement(line)
  const { words, redirects, pipe, open, problem } = scanLine(text)
  if (open !== undefined) return { kind: 'open' }
  if (problem !== undefined) return { kind: 'wrong', problem }
  const named = words[0]?.text === 'rafka' ? words.slice(1) : words
  if (named.length === 0) {
    if (redirects.length === 0 && pipe === undefined) return { kind: 'empty' }
    return { kind: 'wrong', problem: 'there is no command' }
  }
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
  return { kind: 'command', words: named.map((word) => word.text), destination, input: inputs[0]?.file }
}

function shellStatement(line: string): Statement {
  const command = line.slice(1).trim()
  if (command.endsWith('\\')) return { kind: 'open' }
  return command === ''
    ? { kind: 'wrong', problem: 'a command of the shell must follow "!"' }
    : { kind: 'shell', command }
}

/** SQL is handed over whole: it has its own quotes, and `|` and `>` mean other things in it. */
function sqlStatement(line: string): Statement {
  const isOpen = line.endsWith('\\') || hasOpenPart(line)
  if (isOpen) return { kind: 'open' }
  const query = line.replaceAll('\\\n', '\n').replace(/[;\s]+$/, '')
  return { kind: 'command', words: ['sql', query], destination: undefined, input: undefined }
}

/** Whether a quote or a parenthesis is still open. */
function hasOpenPart(query: string): boolean {
  let depth = 0
  for (const [piece] of query.matchAll(/'[^']*'?|"[^"]*"?|--[^\n]*|[()]/g)) {
    if (piece === '(') depth += 1
    else if (piece === ')') depth -= 1
    else if (!piece.startsWith('--') && (piece.length === 1 || piece.at(-1) !== piece[0])) return true
  }
  return depth > 0
}
