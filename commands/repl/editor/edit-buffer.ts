const MAX_UNDO = 200
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** A text of one or more lines with a cursor, and what can be done to it. */
export class EditBuffer {
  #text = ''
  #cursor = 0
  /** What was cut last, for `yank`. */
  #cut = ''
  readonly #undo: Array<{ text: string; cursor: number }> = []

  get text(): string {
    return this.#text
  }

  /** Offset into the text, never within a character. */
  get cursor(): number {
    return this.#cursor
  }

  set(text: string, cursor = text.length): void {
    this.#remember()
    this.#text = text
    this.#cursor = Math.max(0, Math.min(cursor, text.length))
  }

  insert(text: string): void {
    this.replace(this.#cursor, this.#cursor, text)
  }

  /** Puts `text` in place of what is between two offsets; the cursor stands after it. */
  replace(start: number, end: number, text: string): void {
    this.#remember()
    this.#text = this.#text.slice(0, start) + text + this.#text.slice(end)
    this.#cursor = start + text.length
  }

  moveTo(cursor: number): void {
    this.#cursor = Math.max(0, Math.min(cursor, this.#text.length))
  }

  left(): void {
    this.#cursor = this.#before(this.#cursor)
  }

  right(): void {
    this.#cursor = this.#after(this.#cursor)
  }

  wordLeft(): void {
    this.#cursor = this.#wordBefore()
  }

  wordRight(): void {
    this.#cursor = this.#wordAfter()
  }

  /** To the begin of the line that the cursor is in. */
  lineStart(): void {
    this.#cursor = this.#startOfLine()
  }

  lineEnd(): void {
    this.#cursor = this.#endOfLine()
  }

  /** To the line above or below, as far right as it goes. False where there is none. */
  line(step: 1 | -1): boolean {
    const start = this.#startOfLine()
    const end = this.#endOfLine()
    if (step === -1 ? start === 0 : end === this.#text.length) return false
    const target = step === 1 ? end + 1 : start === 1 ? 0 : this.#text.lastIndexOf('\n', start - 2) + 1
    const targetEnd = this.#text.indexOf('\n', target)
    this.#cursor = Math.min(target + this.#cursor - start, targetEnd === -1 ? this.#text.length : targetEnd)
    return true
  }

  backspace(): void {
    if (this.#cursor > 0) this.replace(this.#before(this.#cursor), this.#cursor, '')
  }

  /** Removes the character at the cursor. */
  delete(): void {
    if (this.#cursor === this.#text.length) return
    const start = this.#cursor
    this.replace(start, this.#after(start), '')
  }

  cutToLineEnd(): void {
    const end = this.#endOfLine()
    // At its end, the line break goes: the next line joins.
    this.#cutBetween(this.#cursor, end === this.#cursor ? Math.min(end + 1, this.#text.length) : end)
  }

  cutToLineStart(): void {
    this.#cutBetween(this.#startOfLine(), this.#cursor)
  }

  cutWordLeft(): void {
    this.#cutBetween(this.#wordBefore(), this.#cursor)
  }

  cutWordRight(): void {
    this.#cutBetween(this.#cursor, this.#wordAfter())
  }

  yank(): void {
    this.insert(this.#cut)
  }

  undo(): void {
    const last = this.#undo.pop()
    if (last === undefined) return
    this.#text = last.text
    this.#cursor = last.cursor
  }

  #cutBetween(start: number, end: number): void {
    if (start === end) return
    this.#cut = this.#text.slice(start, end)
    this.replace(start, end, '')
  }

  #remember(): void {
    this.#undo.push({ text: this.#text, cursor: this.#cursor })
    if (this.#undo.length > MAX_UNDO) this.#undo.shift()
  }

  #startOfLine(): number {
    return this.#cursor === 0 ? 0 : this.#text.lastIndexOf('\n', this.#cursor - 1) + 1
  }

  #endOfLine(): number {
    const end = this.#text.indexOf('\n', this.#cursor)
    return end === -1 ? this.#text.length : end
  }

  #wordBefore(): number {
    return /\S*\s*$/.exec(this.#text.slice(0, this.#cursor))!.index
  }

  #wordAfter(): number {
    return this.#cursor + /^\s*\S*/.exec(this.#text.slice(this.#cursor))![0].length
  }

  #before(offset: number): number {
    // A character is short: there is no need to look at all that stands before.
    const start = Math.max(0, offset - 64)
    let last = start
    for (const { index } of graphemes.segment(this.#text.slice(start, offset))) last = start + index
    return last
  }

  #after(offset: number): number {
    const next = graphemes
      .segment(this.#text.slice(offset, offset + 64))
      [Symbol.iterator]()
      .next()
    return next.done === true ? offset : offset + next.value.segment.length
  }
}
