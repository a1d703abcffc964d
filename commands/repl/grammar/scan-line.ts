/** One word of a line, as it is meant and where it stands. */
export interface Word {
  /** Without the quotes. */
  readonly text: string
  readonly start: number
  /** Offset after it. */
  readonly end: number
}

/** What a line asks beside its words: where input and output go. */
interface Operator {
  readonly sign: '|' | '>' | '>>' | '<'
  readonly start: number
  readonly end: number
}

/** A line taken apart. */
export interface ScannedLine {
  readonly words: readonly Word[]
  /** `<`, `>` and `>>`, each with the word that follows it; that word is not among `words`. */
  readonly redirects: ReadonlyArray<{ readonly operator: Operator; readonly file: Word | undefined }>
  /** What stands after the first `|`, as it is. */
  readonly pipe: { readonly operator: Operator; readonly command: string } | undefined
  /** What the line lacks to be whole. */
  readonly open: 'quote' | 'bracket' | 'backslash' | undefined
  /** Why the line cannot be run. */
  readonly problem: string | undefined
}

const space = /\s/

/**
 * Takes a line apart as a shell does: quotes, backslashes, `|`, `<`, `>`, `>>`, comments from a `#` that begins a word. A word that begins with
 * `{` or `[` is taken as it is up to the matching bracket, so that JSON needs no quotes; nothing is ever expanded. One `;` may end it.
 */
export function scanLine(text: string): ScannedLine {
  return new LineScanner(text).scan()
}

class LineScanner {
  readonly #text: string
  #at = 0
  #open: ScannedLine['open']
  #problem: string | undefined
  #pipe: ScannedLine['pipe']
  readonly #words: Word[] = []
  readonly #redirects: Array<{ operator: Operator; file: Word | undefined }> = []

  constructor(text: string) {
    this.#text = text
  }

  scan(): ScannedLine {
    while (this.#skipSpace()) this.#next()
    const [words, redirects, pipe] = [this.#words, this.#redirects, this.#pipe]
    return { words, redirects, pipe, open: this.#open, problem: this.#problem }
  }

  /** False at the end. */
  #skipSpace(): boolean {
    for (;;) {
      const character = this.#text[this.#at]
      if (character === undefined) return false
      if (character === '#') {
        const end = this.#text.indexOf('\n', this.#at)
        this.#at = end === -1 ? this.#text.length : end
      } else if (character === '\\' && this.#text[this.#at + 1] === '\n') {
        this.#at += 2
      } else if (space.test(character)) {
        this.#at += 1
      } else {
        return true
      }
    }
  }

  #next(): void {
    const character = this.#text[this.#at]!
    if (character === '|') this.#takePipe()
    else if (character === '<' || character === '>') this.#takeRedirect(character)
    else if (character === ';') this.#takeSemicolon()
    else if (character === '&') this.#takeAmpersand()
    else this.#takeWord()
  }

  #takeAmpersand(): void {
    this.#problem ??= 'one command a line; "tail -d" follows in the background'
    this.#at += 1
  }

  #takeWord(): void {
    const word = this.#word()
    if (this.#redirects.length > 0) this.#problem ??= `${JSON.stringify(word.text)} stands after the file`
    this.#words.push(word)
  }

  #takePipe(): void {
    const start = this.#at
    const command = this.#text.slice(start + 1).trim()
    this.#at = this.#text.length
    if (command === '') this.#problem ??= 'a command of the shell must follow "|"'
    if (command.startsWith('|') || command.startsWith('&')) this.#problem ??= `"|${command[0]}" is not known here`
    this.#pipe = { operator: { sign: '|', start, end: start + 1 }, command }
  }

  #takeRedirect(sign: '<' | '>'): void {
    const start = this.#at
    const isAppend = this.#text.startsWith('>>', start)
    this.#at += isAppend ? 2 : 1
    const operator: Operator = { sign: isAppend ? '>>' : sign, start, end: this.#at }
    const hasWord = this.#skipSpace() && !/[|<>;&]/.test(this.#text[this.#at]!)
    if (!hasWord) this.#problem ??= `a file must follow "${operator.sign}"`
    this.#redirects.push({ operator, file: hasWord ? this.#word() : undefined })
  }

  #takeSemicolon(): void {
    this.#at += 1
    if (this.#skipSpace()) this.#problem ??= 'one command a line: nothing may follow ";"'
  }

  #word(): Word {
    const start = this.#at
    let text = this.#bracketed()
    for (;;) {
      const character = this.#text[this.#at]
      if (character === undefined || space.test(character) || '|<>'.includes(character)) break
      if (character === ';' && this.#endsWord()) break
      text += character === "'" || character === '"' ? this.#quoted(character) : this.#plain(character)
    }
    return { text, start, end: this.#at }
  }

  /** A `;` that is part of a word is nothing special. */
  #endsWord(): boolean {
    const next = this.#text[this.#at + 1]
    return next === undefined || space.test(next)
  }

  #plain(character: string): string {
    if (character !== '\\') {
      this.#at += 1
      return character
    }
    const next = this.#text[this.#at + 1]
    if (next === undefined) this.#open = 'backslash'
    this.#at += next === undefined ? 1 : 2
    return next === undefined || next === '\n' ? '' : next
  }

  #quoted(quote: string): string {
    let text = ''
    for (this.#at += 1; ; this.#at += 1) {
      const character = this.#text[this.#at]
      if (character === undefined) {
        this.#open = 'quote'
        return text
      }
      if (character === quote) break
      const escapes = quote === '"' && character === '\\' && /["\\$`\n]/.test(this.#text[this.#at + 1] ?? '')
      if (escapes) this.#at += 1
      const taken = this.#text[this.#at]!
      if (!escapes || taken !== '\n') text += taken
    }
    this.#at += 1
    return text
  }

  /** From `{` or `[` to its match; brackets in JSON strings do not count. */
  #bracketed(): string {
    const start = this.#at
    if (this.#text[start] !== '{' && this.#text[start] !== '[') return ''
    const piece = /"(?:[^"\\]|\\.)*"?|[{}[\]]/gs
    piece.lastIndex = start
    let depth = 0
    for (let match = piece.exec(this.#text); match !== null; match = piece.exec(this.#text)) {
      if (match[0] === '{' || match[0] === '[') depth += 1
      if (match[0] === '}' || match[0] === ']') depth -= 1
      if (depth > 0) continue
      this.#at = piece.lastIndex
      return this.#text.slice(start, this.#at)
    }
    this.#open = 'bracket'
    this.#at = this.#text.length
    return this.#text.slice(start)
  }
}
