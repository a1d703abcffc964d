import { RafkaError } from '../../../../src/index.ts'
import { type PathStep, parsePath } from '../../../json/json-path.ts'
import { parseTime } from '../../../parse-time.ts'

/** A piece of an expression, and the character at which it begins. */
export type Token = { readonly at: number } & (
  | { readonly kind: 'operator'; readonly text: string }
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  /** `.a.b`, or what follows a word: `headers.trace`. */
  | { readonly kind: 'path'; readonly word: string; readonly steps: readonly PathStep[] }
  | { readonly kind: 'word'; readonly word: string }
)

const MAX_LENGTH = 10_000

const space = /\s*/y
const operator = /&&|\|\||==|!=|<=|>=|=~|!~|[<>!()]/y
const number = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const string = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/sy
const word = /[A-Za-z_]\w*/y
const time = /@[^\s()&|!=<>]+/y

const constants: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
])

/** Cuts an expression of `--where` into its pieces. @throws RafkaError `INVALID_ARGUMENT` naming the character */
export function tokensOf(text: string, nowMs: number): Token[] {
  if (text.length > MAX_LENGTH) throw wrongWhere(`it is longer than ${MAX_LENGTH} characters`, MAX_LENGTH)
  const tokens: Token[] = []
  for (let at = skip(text, 0); at < text.length; ) {
    const { token, end } = tokenAt(text, at, nowMs)
    tokens.push(token)
    at = skip(text, end)
  }
  return tokens
}

/** The error of an expression. `at` counts from 0. */
export function wrongWhere(problem: string, at: number): RafkaError {
  return new RafkaError('INVALID_ARGUMENT', `--where: ${problem} at character ${at + 1}`, {
    details: { hint: `such as '.total > 10 && .user.name == "ann"', 'key =~ "^a" || headers.trace != null'` },
  })
}

function tokenAt(text: string, at: number, nowMs: number): { token: Token; end: number } {
  const found = (expression: RegExp) => {
    expression.lastIndex = at
    return expression.exec(text)?.[0]
  }
  if (text[at] === '.') return pathAt(text, at, at, '')
  const digits = found(number)
  if (digits !== undefined) return { token: { kind: 'literal', value: Number(digits), at }, end: at + digits.length }
  const quoted = found(string)
  if (quoted !== undefined)
    return { token: { kind: 'literal', value: unquote(quoted, at), at }, end: at + quoted.length }
  const symbol = found(operator)
  if (symbol !== undefined) return { token: { kind: 'operator', text: symbol, at }, end: at + symbol.length }
  const moment = found(time)
  if (moment !== undefined)
    return { token: { kind: 'literal', value: timeOf(moment, at, nowMs), at }, end: at + moment.length }
  const name = found(word)
  if (name === undefined) throw wrongWhere(`${JSON.stringify(text.slice(at, at + 10))} is nothing that can stand`, at)
  return wordAt(text, at, name)
}

function wordAt(text: string, at: number, name: string): { token: Token; end: number } {
  const end = at + name.length
  const constant = constants.get(name)
  if (constant !== undefined) return { token: { kind: 'literal', value: constant, at }, end }
  if (name === 'contains') return { token: { kind: 'operator', text: name, at }, end }
  if (text[end] === '.') return pathAt(text, end, at, name)
  // `headers["a"]` and `value[0]` are paths whose first dot is left out.
  if (text[end] === '[') return pathAt(`${text.slice(0, end)}.${text.slice(end)}`, end, at, name, 1)
  return { token: { kind: 'word', word: name, at }, end }
}

function pathAt(text: string, from: number, at: number, name: string, added = 0): { token: Token; end: number } {
  const path = parsePath(text, from)
  if (path === undefined || (name !== '' && path.steps.length === 0)) throw wrongWhere('a path is broken', from)
  return { token: { kind: 'path', word: name, steps: path.steps, at }, end: path.end - added }
}

function unquote(quoted: string, at: number): string {
  const inside = quoted.slice(1, -1)
  // JSON knows no escaped single quotes, and wants double ones escaped.
  const json = quoted.startsWith('"') ? inside : inside.replace(/\\'|"/g, (found) => (found === '"' ? '\\"' : "'"))
  try {
    return JSON.parse(`"${json.replaceAll('\n', '\\n').replaceAll('\t', '\\t')}"`) as string
  } catch {
    throw wrongWhere('a string has an unknown escape (a backslash itself is \\\\)', at)
  }
}

function timeOf(moment: string, at: number, nowMs: number): number {
  const parsed = parseTime(moment.slice(1), nowMs)
  if (parsed === undefined) throw wrongWhere(`${moment} is no time`, at)
  return parsed.timestamp
}

function skip(text: string, at: number): number {
  space.lastIndex = at
  space.exec(text)
  return space.lastIndex
}
