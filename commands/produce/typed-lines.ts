import type { SendReceipt } from '../../src/index.ts'
import type { CommandContext } from '../context.ts'
import type { EndSignal } from '../interrupts.ts'
import { escapeText } from '../output/escape-text.ts'
import type { Paint } from '../output/paint.ts'
import type { ReceiptListener, SentMessage } from './receipt-sink.ts'
import type { RecordSink } from './record-sink.ts'

/** Somebody types records at a terminal: a prompt for each, and after it where it went, both on stderr. */
export class TypedLines implements ReceiptListener {
  readonly isFull = false
  readonly #context: CommandContext
  readonly #topic: string | undefined
  readonly #paint: Paint

  constructor(context: CommandContext, topic: string | undefined, paint: Paint) {
    this.#context = context
    this.#topic = topic
    this.#paint = paint
  }

  begin(): void {
    this.#context.terminal.note(`${escapeText(this.#topic ?? 'records')}: one record per line, Ctrl-D to finish`)
    this.#prompt()
  }

  /** What was typed is sent before the next prompt. */
  async next(sink: RecordSink): Promise<void> {
    await sink.flush()
    this.#prompt()
  }

  /** Leaves the line of the prompt, unless that was done already. */
  end(signal: EndSignal | undefined): void {
    const { stdin, stderr, signals } = this.#context.io
    const isLeft = stdin.linePrompt !== undefined || (signal === 'SIGINT' && signals.leaveLine !== undefined)
    if (!isLeft) stderr.write('\n')
  }

  acknowledged(_: SentMessage, { topic, partition, offset }: SendReceipt): void {
    const place = this.#topic === undefined ? `${escapeText(topic)}/${partition}` : `p${partition}`
    this.#context.terminal.note(this.#paint.dim(offset < 0 ? place : `${place} @${offset}`))
  }

  async told(): Promise<void> {}

  #prompt(): void {
    const { stdin, stderr } = this.#context.io
    const prompt = `${escapeText(this.#topic ?? '')}> `
    if (stdin.linePrompt === undefined) stderr.write(prompt)
    else stdin.linePrompt = prompt
  }
}
