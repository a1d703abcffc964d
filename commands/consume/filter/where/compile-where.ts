import type { RecordFilter } from '../record-filter.ts'
import { compareOperands, comparisonNames, truthOf } from './compare.ts'
import { type Operand, operandOf } from './operand.ts'
import { type Token, tokensOf, wrongWhere } from './token.ts'

const MAX_DEPTH = 100

/**
 * Compiles `--where`: comparisons of values with `==` `!=` `<` `<=` `>` `>=` `=~` `!~` `contains`, joined by `&&`, `||`, `!` and parentheses. A
 * value is `.a.b` of the value's JSON, `key.a` of the key's, a word such as `offset`, a literal, or a time such as `@-1h`.
 * @throws RafkaError `INVALID_ARGUMENT` naming the character
 */
export function compileWhere(text: string, nowMs: number): RecordFilter {
  return new WhereParser(tokensOf(text, nowMs), text.length).whole()
}

class WhereParser {
  readonly #tokens: readonly Token[]
  readonly #length: number
  #at = 0
  #depth = 0

  constructor(tokens: readonly Token[], length: number) {
    this.#tokens = tokens
    this.#length = length
  }

  whole(): RecordFilter {
    const filter = this.#either()
    const left = this.#tokens[this.#at]
    if (left !== undefined) throw wrongWhere('"&&" or "||" should stand', left.at)
    return filter
  }

  #either(): RecordFilter {
    const filters = [this.#both()]
    while (this.#takes('||')) filters.push(this.#both())
    return filters.length === 1 ? filters[0]! : (record, source) => filters.some((filter) => filter(record, source))
  }

  #both(): RecordFilter {
    const filters = [this.#one()]
    while (this.#takes('&&')) filters.push(this.#one())
    return filters.length === 1 ? filters[0]! : (record, source) => filters.every((filter) => filter(record, source))
  }

  #one(): RecordFilter {
    this.#depth += 1
    if (this.#depth > MAX_DEPTH) throw wrongWhere(`more than ${MAX_DEPTH} levels`, this.#place)
    const filter = this.#negated() ?? this.#grouped() ?? this.#comparison()
    this.#depth -= 1
    return filter
  }

  #negated(): RecordFilter | undefined {
    if (!this.#takes('!')) return undefined
    const filter = this.#one()
    return (record, source) => !filter(record, source)
  }

  #grouped(): RecordFilter | undefined {
    if (!this.#takes('(')) return undefined
    const filter = this.#either()
    if (!this.#takes(')')) throw wrongWhere('")" should stand', this.#place)
    return filter
  }

  #comparison(): RecordFilter {
    const left = this.#operand()
    const token = this.#tokens[this.#at]
    if (token?.kind !== 'operator' || !comparisonNames.has(token.text)) return truthOf(left)
    this.#at += 1
    return compareOperands(left, token.text, this.#operand())
  }

  #operand(): Operand {
    const token = this.#tokens[this.#at]
    if (token === undefined) throw wrongWhere('a value should stand', this.#length)
    this.#at += 1
    return operandOf(token)
  }

  #takes(text: string): boolean {
    const token = this.#tokens[this.#at]
    if (token?.kind !== 'operator' || token.text !== text) return false
    this.#at += 1
    return true
  }

  get #place(): number {
    return this.#tokens[this.#at]?.at ?? this.#length
  }
}
