import { escapeText } from '../../output/escape-text.ts'
import type { Paint } from '../../output/paint.ts'
import { countOf } from '../../output/quantities.ts'
import { cutToWidth, textWidth } from '../../output/text-width.ts'
import type { Picture } from '../editor/frame.ts'

/** The line that stands below records while they stream by. */
export class StreamStatus {
  readonly #topics: string
  readonly #paint: Paint
  records = 0
  isPaused = false

  constructor(topics: readonly string[], paint: Paint) {
    this.#topics = topics.map(escapeText).join(', ')
    this.#paint = paint
  }

  /** The longest of its forms that fits: how it is stopped is left out last. */
  picture(columns: number): Picture {
    const keys = this.isPaused ? 'paused · p goes on · Ctrl-C stop' : 'Ctrl-C stop · p pause'
    const count = countOf(this.records, 'record')
    const forms = [`── streaming ${this.#topics} · ${count} · ${keys} ──`, `── ${count} · ${keys} ──`, keys]
    const text = forms.find((form) => textWidth(form) < columns) ?? keys
    return { pieces: [{ text: cutToWidth(text, columns - 1), paint: this.#paint.dim }] }
  }
}
