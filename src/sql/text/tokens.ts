/** One word, name, literal or operator of a statement. Comments and white space are none. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'blob' | 'variable' | 'operator' | 'broken'
  /** As written. */
  readonly text: string
  /** A name without its quotes, a word in lower case; for the rest the text. */
  readonly value: string
  /** Place of the first character, and of the one after the last. */
  readonly start: number
  readonly end: number
}

/** Two characters before one, as SQLite reads them. `->>` first. */
const operator = /->>|->|\|\||<<|>>|<=|>=|<>|==|!=|[-+*/%&|~<>=!(),.;]/y
const space = /(?:[ \t\n\f\r\ufeff]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))+/y
const word = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y
const blob = /[xX]'[0-9a-fA-F]*'/y
const number = /(?:0[xX][0-9a-fA-F_]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][-+]?\d+)?)/y
const variable = /[?:@$#][A-Za-z0-9_$:\u0080-\uffff]*/y
const string = /'(?:[^']|'')*'/y
const quoted = /"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]/y

const kinds = [
  ['blob', blob],
  ['word', word],
  ['number', number],
  ['string', string],
  ['quoted', quoted],
  ['variable', variable],
  ['operator', operator],
] as const

/** Splits SQL as SQLite does. What SQLite could not read either, an unclosed quote for one, is `broken`; reading goes on behind it. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = []
  for (let at = skipSpace(sql, 0); at < sql.length; ) {
    const token = tokenAt(sql, at)
    tokens.push(token)
    at = skipSpace(sql, token.end)
  }
  return tokens
}

function skipSpace(sql: string, at: number): number {
  space.lastIndex = at
  return space.test(sql) ? space.lastIndex : at
}

function tokenAt(sql: string, start: number): Token {
  for (const [kind, pattern] of kinds) {
    pattern.lastIndex = start
    if (!pattern.test(sql)) continue
    const end = pattern.lastIndex
    const text = sql.slice(start, end)
    return { kind, text, value: valueIn(kind, text), start, end }
  }
  // Behind an opened quote that is never closed nothing can be told apart.
  const end = /['"`[]/.test(sql[start]!) ? sql.length : start + 1
  const text = sql.slice(start, end)
  return { kind: 'broken', text, value: text, start, end }
}

function valueIn(kind: Token['kind'], text: string): string {
  if (kind === 'word') return foldCase(text)
  if (kind !== 'quoted' && kind !== 'string') return text
  const close = text.at(-1)!
  const inner = text.slice(1, -1)
  return close === ']' ? inner : inner.replaceAll(close + close, close)
}

/** Whether the token is this keyword or operator; `text` in lower case. */
export function isToken(token: Token | undefined, text: string): boolean {
  return token !== undefined && (token.kind === 'word' || token.kind === 'operator') && token.value === text
}

/** Whether a table or a column may be named so: a word, which may also be a keyword, or something in quotes. */
export function isName(token: Token | undefined): token is Token & { readonly kind: 'word' | 'quoted' } {
  return token?.kind === 'word' || token?.kind === 'quoted'
}

/** Index of the parenthesis that closes the one at `open`; the end of the tokens when none does. */
export function closingOf(tokens: readonly Token[], open: number): number {
  let depth = 0
  for (let at = open; at < tokens.length; at++) {
    if (isToken(tokens[at], '(')) depth++
    else if (isToken(tokens[at], ')') && --depth === 0) return at
  }
  return tokens.length
}

/** A name as SQLite compares it: without regard to the case of A to Z, and of no other letter. */
export function foldCase(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
