import type { SendReceipt } from '../../src/index.ts'
import type { CommandContext } from '../context.ts'
import { KeptRecord } from '../format/print/kept-record.ts'
import type { RecordRenderer } from '../format/print/record-renderer.ts'
import { refuseUnknownName } from '../format/refuse-unknown-name.ts'
import { jsonText } from '../output/escape-text.ts'
import { OutputBuffer } from '../output/output-buffer.ts'
import type { ReceiptListener, SentMessage } from './receipt-sink.ts'

/** `-o`: a line on stdout for each record that was acknowledged, as JSON or in a format. @throws RafkaError `INVALID_ARGUMENT` */
export async function receiptPrinter(context: CommandContext, format: string): Promise<ReceiptListener> {
  if (format === 'json') return new ReceiptPrinter(context, jsonReceipt)
  refuseUnknownName('--output-format', format, ['json'])
  const { compilePrinter } = await import('../format/print/compile-printer.ts')
  const render = compilePrinter(format, { flag: '--output-format', safe: context.terminal.isTerminal })
  return new ReceiptPrinter(context, (message, receipt, out) => renderReceipt(render, message, receipt, out))
}

type WriteReceipt = (message: SentMessage, receipt: SendReceipt, out: OutputBuffer) => void

const jsonReceipt: WriteReceipt = (_, { topic, partition, offset, timestamp }, out) => {
  out.text(`${jsonText({ topic, partition, offset, timestamp })}\n`)
}

function renderReceipt(render: RecordRenderer, message: SentMessage, receipt: SendReceipt, out: OutputBuffer): void {
  const { key, value, headers } = message
  const { topic, partition, offset, timestamp } = receipt
  render(new KeptRecord({ key, value, headers, offset, timestamp }), unknownLog(topic, partition), out)
}

/** Nothing is known of the log that it went to. */
function unknownLog(topic: string, partition: number) {
  return { topic, partition, logStart: -1, lastStable: -1, highWatermark: -1 }
}

/** Writes to stdout as fast as that takes it. Who reads there may leave: the records are sent all the same. */
class ReceiptPrinter implements ReceiptListener {
  readonly #out: OutputBuffer
  readonly #write: WriteReceipt
  readonly #closed: AbortSignal
  #telling: Promise<void> | undefined

  constructor(context: CommandContext, write: WriteReceipt) {
    this.#out = new OutputBuffer(context.io.stdout)
    this.#write = write
    this.#closed = context.outputClosed
  }

  get isFull(): boolean {
    return this.#out.isFull
  }

  acknowledged(message: SentMessage, receipt: SendReceipt): void {
    if (this.#closed.aborted) return
    this.#write(message, receipt, this.#out)
    this.#telling ??= this.#flushSoon()
  }

  async told(): Promise<void> {
    await this.#telling
    await this.#out.finish().catch(() => {})
  }

  /** What is acknowledged together goes out together. */
  async #flushSoon(): Promise<void> {
    await new Promise(setImmediate)
    this.#telling = undefined
    await this.#out.flush().catch(() => {})
  }
}
