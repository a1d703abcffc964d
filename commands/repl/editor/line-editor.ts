import type { Paint } from '../../output/paint.ts'
import { composePicture } from './compose.ts'
import type { Display } from './display.ts'
import { EditBuffer } from './edit-buffer.ts'
import type { Picture } from './frame.ts'
import { HistorySearch } from './history-search.ts'
import { HistoryWalk } from './history-walk.ts'
import type { Key, Keys } from './keys.ts'
import type { Completion, LineAids } from './line-aids.ts'
import { commonPrefix, listCandidates } from './list-candidates.ts'

/** How the typing of an entry ended. */
export type Entry =
  | { readonly kind: 'line'; readonly text: string }
  /** Ctrl-C; `text` is what was there. */
  | { readonly kind: 'interrupt'; readonly text: string }
  /** Ctrl-D. */
  | { readonly kind: 'end' }

/** Keys that a text editor knows, by what they do. */
const edits: ReadonlyMap<string, (buffer: EditBuffer) => void> = new Map<string, (buffer: EditBuffer) => void>([
  ['left', (buffer) => buffer.left()],
  ['C-b', (buffer) => buffer.left()],
  ['right', (buffer) => buffer.right()],
  ['C-f', (buffer) => buffer.right()],
  ['C-left', (buffer) => buffer.wordLeft()],
  ['M-left', (buffer) => buffer.wordLeft()],
  ['M-b', (buffer) => buffer.wordLeft()],
  ['C-right', (buffer) => buffer.wordRight()],
  ['M-right', (buffer) => buffer.wordRight()],
  ['M-f', (buffer) => buffer.wordRight()],
  ['home', (buffer) => buffer.lineStart()],
  ['C-a', (buffer) => buffer.lineStart()],
  ['end', (buffer) => buffer.lineEnd()],
  ['C-e', (buffer) => buffer.lineEnd()],
  ['backspace', (buffer) => buffer.backspace()],
  ['C-h', (buffer) => buffer.backspace()],
  ['delete', (buffer) => buffer.delete()],
  ['C-k', (buffer) => buffer.cutToLineEnd()],
  ['C-u', (buffer) => buffer.cutToLineStart()],
  ['C-w', (buffer) => buffer.cutWordLeft()],
  ['M-backspace', (buffer) => buffer.cutWordLeft()],
  ['M-d', (buffer) => buffer.cutWordRight()],
  ['C-y', (buffer) => buffer.yank()],
  ['C-_', (buffer) => buffer.undo()],
])

/** Lets one entry after the other be typed. */
export class LineEditor {
  readonly #keys: Keys
  readonly #display: Display
  readonly #paint: Paint
  #typing: Typing | undefined

  constructor(keys: Keys, display: Display, paint: Paint) {
    this.#keys = keys
    this.#display = display
    this.#paint = paint
  }

  /** What it shows at the moment; undefined while nothing is typed. */
  get picture(): Picture | undefined {
    return this.#typing?.picture()
  }

  /** Reads an entry; `stop` ends that as Ctrl-D does. `onKey` hears of each key. */
  async read(aids: LineAids, stop: AbortSignal, onKey: () => void = () => {}): Promise<Entry> {
    const typing = new Typing(aids, this.#display, this.#paint)
    this.#typing = typing
    const end = () => typing.end()
    stop.addEventListener('abort', end)
    if (stop.aborted) end()
    else typing.draw()
    using _ = this.#keys.take((key) => {
      onKey()
      // Keys may come faster than entries are taken.
      if (typing.isDone) this.#keys.keep(key)
      else if (key.ctrl && key.name === 'z') this.#sleep(typing)
      else typing.take(key)
    })
    try {
      return await typing.ended
    } finally {
      stop.removeEventListener('abort', end)
      this.#typing = undefined
      this.#display.leave()
    }
  }

  #sleep(typing: Typing): void {
    this.#display.leave()
    this.#keys.sleep(() => typing.draw())
  }

  /** Draws anew what may look otherwise now. */
  redraw(): void {
    this.#typing?.draw()
  }
}

/** One entry while it is typed. */
class Typing {
  readonly ended: Promise<Entry>
  readonly #aids: LineAids
  readonly #display: Display
  readonly #paint: Paint
  readonly #buffer = new EditBuffer()
  readonly #walk: HistoryWalk
  #search: HistorySearch | undefined
  #isPasting = false
  #isCompleting = false
  /** Keys that came while it was looked up what a word may become: a moment, since nobody is asked. */
  readonly #typedMeanwhile: Key[] = []
  #isDone = false
  #end: (entry: Entry) => void = () => {}

  constructor(aids: LineAids, display: Display, paint: Paint) {
    this.#aids = aids
    this.#display = display
    this.#paint = paint
    this.#walk = new HistoryWalk(aids.history)
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
  }

  get isDone(): boolean {
    return this.#isDone
  }

  draw(): void {
    if (!this.#isDone) this.#display.show(this.picture())
  }

  picture(): Picture {
    const { text, cursor } = this.#buffer
    if (this.#search !== undefined) return this.#searchPicture(this.#search)
    const ghost = cursor === text.length && !this.#isDone ? this.#aids.ghost(text) : ''
    return composePicture(this.#aids.prompt(), text, cursor, this.#aids.paint(text), ghost, this.#paint)
  }

  end(): void {
    this.#finish({ kind: 'end' })
  }

  take(key: Key): void {
    if (this.#isCompleting) {
      this.#typedMeanwhile.push(key)
      return
    }
    if (this.#takePaste(key)) return
    if (this.#search !== undefined && this.#takeWhileSearching(this.#search, key)) return
    const chord = chordOf(key)
    const edit = edits.get(chord)
    if (edit !== undefined) {
      this.#walk.stop()
      edit(this.#buffer)
    } else if (!this.#takeCommand(chord)) {
      if (key.ctrl || key.meta || !isTyped(key.text)) return
      this.#walk.stop()
      this.#buffer.insert(key.text)
    }
    this.draw()
  }

  /** A paste is text, whatever keys it would be. */
  #takePaste({ name, text }: Key): boolean {
    if (name === 'paste-start') this.#isPasting = true
    else if (name === 'paste-end') {
      this.#isPasting = false
      this.draw()
    } else if (this.#isPasting) {
      this.#buffer.insert(text.replace(/\r\n?/g, '\n'))
    } else {
      return false
    }
    return true
  }

  #takeCommand(chord: string): boolean {
    const { text } = this.#buffer
    if (chord === 'return' || chord === 'enter') this.#enter(text)
    else if (chord === 'C-c') this.#finish({ kind: 'interrupt', text })
    else if (chord === 'C-d' && text === '') this.#finish({ kind: 'end' })
    else if (chord === 'C-d') this.#buffer.delete()
    else if (chord === 'up' || chord === 'C-p') this.#goInHistory(-1)
    else if (chord === 'down' || chord === 'C-n') this.#goInHistory(1)
    else if (chord === 'C-r') this.#search = new HistorySearch(this.#aids.history)
    else if (chord === 'C-l') this.#display.wipe()
    else if (chord === 'tab') void this.#complete()
    else return false
    return true
  }

  #enter(text: string): void {
    if (this.#aids.isWhole(text)) {
      this.#buffer.moveTo(text.length)
      this.#finish({ kind: 'line', text })
    } else {
      this.#buffer.insert('\n')
    }
  }

  #goInHistory(step: 1 | -1): void {
    if (this.#buffer.line(step)) return
    const entry = this.#walk.go(step, this.#buffer.text)
    if (entry !== undefined) this.#buffer.set(entry)
  }

  async #complete(): Promise<void> {
    const { text, cursor } = this.#buffer
    this.#isCompleting = true
    try {
      this.#put(await this.#aids.complete(text, cursor))
    } finally {
      this.#isCompleting = false
      for (const key of this.#typedMeanwhile.splice(0)) this.take(key)
    }
  }

  #put({ start, end, candidates }: Completion): void {
    const { text } = this.#buffer
    if (this.#isDone || candidates.length === 0) return
    const common = commonPrefix(candidates)
    if (candidates.length === 1) {
      const follows = /[=,/]$/.test(common) || text[end] === ' ' ? '' : ' '
      this.#buffer.replace(start, end, common + follows)
    } else if (common.length > end - start) {
      this.#buffer.replace(start, end, common)
    } else {
      // The line that is typed stays on the screen.
      const lines = listCandidates(candidates, this.#display.columns, this.#display.rows - 2)
      this.#display.above(`${lines.join('\n')}\n`, this.picture())
    }
    this.draw()
  }

  /** @returns false when the key ends the search and means what it always means */
  #takeWhileSearching(search: HistorySearch, key: Key): boolean {
    const chord = chordOf(key)
    if (chord === 'C-r') search.next(-1)
    else if (chord === 'C-s') search.next(1)
    else if (chord === 'backspace' || chord === 'C-h') search.backspace()
    else if (chord === 'C-g' || chord === 'C-c') this.#search = undefined
    else if (!key.ctrl && !key.meta && isTyped(key.text)) search.type(key.text)
    else {
      this.#search = undefined
      if (search.found !== '' && search.hasFound && search.query !== '') this.#buffer.set(search.found)
      if (key.name !== 'escape') return false
    }
    this.draw()
    return true
  }

  #searchPicture(search: HistorySearch): Picture {
    const failed = search.hasFound ? '' : 'failed '
    const prompt = { text: `(${failed}search) ${search.query}`, paint: search.hasFound ? undefined : this.#paint.red }
    const found = search.query === '' ? '' : search.found.replaceAll('\n', ' ')
    return { pieces: [prompt, { text: '  ' }, { text: found, paint: this.#paint.dim }], cursorAfter: 1 }
  }

  #finish(entry: Entry): void {
    if (this.#isDone) return
    this.#isDone = true
    this.#search = undefined
    // As it stays on the screen: without what could have followed.
    this.#display.show(this.picture())
    this.#end(entry)
  }
}

function chordOf({ name, text, ctrl, meta }: Key): string {
  if (text === '\u001f') return 'C-_'
  return `${ctrl ? 'C-' : ''}${meta ? 'M-' : ''}${name ?? text}`
}

/** Whether it is text, and not a sequence of a key that is not known. */
function isTyped(text: string): boolean {
  return text !== '' && !/[\u0000-\u001f\u007f]/.test(text)
}
