import { unescapeBytes } from '../unescape.ts'
import { wrongFormat } from './wrong-format.ts'

/** A piece of a format: bytes as they stand, or a verb. */
export type FormatPart = Literal | Verb

interface Literal {
  readonly kind: 'literal'
  readonly bytes: Buffer
}

/** `%v`, `%v{hex}`, `%v{re[a+]}`, `%h{%k=%v }`. */
export interface Verb {
  readonly kind: 'verb'
  /** The one character after the `%`. */
  readonly verb: string
  /** As it was written, for messages. */
  readonly text: string
  /** `hex` of `{hex}`, `re` of `{re[a+]}`. */
  readonly modifier: string | undefined
  /** `a+` of `{re[a+]}`. */
  readonly argument: string | undefined
  /** What stands in the braces of `%h{…}`. */
  readonly inner: readonly FormatPart[] | undefined
}

/** Verbs that no braces can follow: they stand for themselves, or would take a literal brace for their own. */
const selfStanding = new Set(['%', '{', '}'])

/**
 * Reads a format: text, `\n` and such, `%x` verbs, each with a modifier in braces; the braces of `%h` hold a format of their own.
 * A modifier's argument stands in `[…]`, or in `[[…]]` when it has brackets itself, or between `#`s.
 * @throws RafkaError `INVALID_ARGUMENT`
 */
export function parseFormat(flag: string, text: string): FormatPart[] {
  const parser = new FormatParser(flag, text)
  return parser.parts(false)
}

class FormatParser {
  readonly #flag: string
  readonly #text: string
  #at = 0

  constructor(flag: string, text: string) {
    this.#flag = flag
    this.#text = text
  }

  /** Up to the end, or up to the brace that ends the header's format. */
  parts(nested: boolean): FormatPart[] {
    const parts: FormatPart[] = []
    let literal = ''
    const addLiteral = () => {
      if (literal !== '') parts.push(this.#literal(literal))
      literal = ''
    }
    for (;;) {
      const character = this.#take()
      if (character === undefined || (nested && character === '}')) {
        addLiteral()
        if (nested && character === undefined) throw this.#wrong('%h{ has no } that ends it', 'a brace itself is %}')
        return parts
      }
      if (character !== '%') {
        literal += character
        continue
      }
      const start = this.#at - 1
      const verb = this.#take()
      if (verb === undefined) throw this.#wrong('a % stands at the end', 'a percent sign itself is %%')
      if (selfStanding.has(verb)) {
        literal += verb
        continue
      }
      addLiteral()
      parts.push(this.#verb(verb, start))
    }
  }

  #verb(verb: string, start: number): Verb {
    const none = { modifier: undefined, argument: undefined, inner: undefined }
    const rest = this.#text[this.#at] !== '{' ? none : verb === 'h' ? this.#inner() : this.#modifier()
    return { kind: 'verb', verb, text: this.#text.slice(start, this.#at), ...rest }
  }

  #inner() {
    this.#at += 1
    return { modifier: undefined, argument: undefined, inner: this.parts(true) }
  }

  #modifier() {
    this.#at += 1
    const name = /[^}[#]*/y
    name.lastIndex = this.#at
    const modifier = name.exec(this.#text)?.[0] ?? ''
    this.#at += modifier.length
    const argument = this.#text[this.#at] === '}' ? undefined : this.#argument(modifier)
    if (this.#text[this.#at] !== '}') throw this.#wrong(`{${modifier} has no } that ends it`, 'a brace itself is %{')
    this.#at += 1
    return { modifier, argument, inner: undefined }
  }

  /** As many brackets end it as begin it; those that nothing ends belong to the argument. */
  #argument(modifier: string): string {
    const run = /\[+|#+/y
    run.lastIndex = this.#at
    const begin = run.exec(this.#text)?.[0]
    if (begin === undefined) throw this.#wrong(`{${modifier} has no } that ends it`, 'a brace itself is %{')
    for (let depth = begin.length; depth > 0; depth--) {
      const end = (begin.startsWith('[') ? ']' : '#').repeat(depth)
      const from = this.#at + depth
      const to = this.#text.indexOf(`${end}}`, from)
      if (to === -1) continue
      this.#at = to + depth
      return this.#text.slice(from, to)
    }
    throw this.#wrong(`{${modifier}${begin} has no end`, '{re[…]}, {re[[…]]} or {re#…#}')
  }

  #take(): string | undefined {
    const code = this.#text.codePointAt(this.#at)
    if (code === undefined) return undefined
    const character = String.fromCodePoint(code)
    this.#at += character.length
    return character
  }

  #literal(text: string): Literal {
    const bytes = unescapeBytes(text)
    if (bytes !== undefined) return { kind: 'literal', bytes }
    throw this.#wrong(`unknown escape in ${JSON.stringify(text)}`, 'known are \\n \\t \\r \\0 \\\\ \\xNN')
  }

  #wrong(problem: string, hint: string): Error {
    return wrongFormat(this.#flag, problem, hint)
  }
}
