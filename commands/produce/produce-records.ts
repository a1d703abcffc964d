import { isRafkaError, RafkaError, type Transaction } from '../../src/index.ts'
import type { CommandContext } from '../context.ts'
import { type EndSignal, onInterrupt } from '../interrupts.ts'
import { countOf } from '../output/quantities.ts'
import { type Feeding, feedRecords, feedWhole } from './feed-records.ts'
import { fitToTopic } from './fit-to-topic.ts'
import { fileInput, type Input, stdinInput, wholeInput } from './input-chunks.ts'
import { Pacer } from './pacer.ts'
import type { ProduceRequest } from './produce-options.ts'
import type { ReceiptListener } from './receipt-sink.ts'
import type { Acknowledged, RecordSender, RecordSink } from './record-sink.ts'
import type { FeedProgress } from './record-taker.ts'
import { type Ended, type Outcome, reportOutcome } from './report-outcome.ts'
import { shapeRecord } from './shape-record.ts'
import { showProgress } from './show-progress.ts'
import { SkippedRecords } from './skipped-records.ts'
import { TypedLines } from './typed-lines.ts'
import { WriterSink } from './writer-sink.ts'

/** Escapes and encodings make a record longer in the input than it is. */
const SPELLED_OUT_FACTOR = 8

/** Sends what the request names and tells what became of it. @returns the exit code */
export async function produceRecords(context: CommandContext, request: ProduceRequest): Promise<number> {
  const { topic } = request
  const inputs = openInputs(context, request)
  const receipts = request.receipts === undefined ? undefined : await printedReceipts(context, request.receipts)
  const { rafka } = await context.session()
  const startedAt = performance.now()
  const options =
    topic === undefined ? request.producer : await fitToTopic(rafka, topic, request.producer, request.fixedRequestSize)
  const producer = rafka.producer(options)
  const typed = await typedLines(context, request, inputs)
  const transaction = request.transactional ? await producer.begin() : undefined
  const sender = transaction ?? producer
  const sink = await makeSink(sender, request, receipts ?? typed)
  const skipped = new SkippedRecords(context.terminal)
  const progress: FeedProgress = { lines: 0, blankLines: 0, records: 0 }
  const feeding: Feeding = {
    ...request,
    change: shapeRecord(request.shape),
    pacer: request.rate === undefined ? undefined : new Pacer(request.rate),
    maxRecordBytes: options.maxRequestBytes * (request.spelledOut ? SPELLED_OUT_FACTOR : 1),
    onSkipped: request.skipWrong || typed !== undefined ? (error) => skipped.add(error) : undefined,
    afterChunk: typed === undefined ? undefined : () => typed.next(sink),
  }
  typed?.begin()
  const fed = await feedAll(context, { inputs, values: request.values }, sender, sink, feeding, progress)
  typed?.end(fed.signal)
  const ended = transaction === undefined ? fed : await endTransaction(transaction, fed)
  await producer.close().catch(() => {})
  const acknowledged = ended.isAborted === true ? nothing : sink.acknowledged
  const outcome: Outcome = { topic, progress, acknowledged, elapsedMs: performance.now() - startedAt, skipped }
  const code = await reportOutcome(context, outcome, ended)
  if (ended.isAborted === true) context.terminal.warn('the transaction was aborted: nothing was produced')
  return code
}

const nothing: Acknowledged = { records: 0, leading: 0, bytes: 0, topics: new Map() }

/** All of it, or nothing: also when it was interrupted. */
async function endTransaction(transaction: Transaction, fed: Ended): Promise<Ended> {
  try {
    if (fed.error === undefined && fed.signal === undefined) {
      await transaction.commit()
      return fed
    }
    await transaction.abort()
    return { ...fed, isAborted: true }
  } catch (error) {
    // The broker ends what this could not end when its time is over.
    return { ...fed, error: fed.error ?? error, isAborted: true }
  }
}

/** Opens all before anything is sent, so that a wrong name costs nothing. */
function openInputs(context: CommandContext, { values, files, wholeFiles }: ProduceRequest): Input[] {
  if (values.length > 0) return []
  const { io } = context
  const named = [...files.map((name) => fileInput(name, io)), ...wholeFiles.map((name) => wholeInput(name, io))]
  return named.length > 0 ? named : [stdinInput(io)]
}

/** Somebody types the records: the others come from elsewhere. */
async function typedLines(
  context: CommandContext,
  { topic }: ProduceRequest,
  inputs: readonly Input[],
): Promise<TypedLines | undefined> {
  const { stdin } = context.io
  const readsStdin = inputs.some(({ name, whole }) => name === undefined && whole !== true)
  if (!readsStdin || stdin.isTTY !== true || !context.terminal.hasReader) return undefined
  return new TypedLines(context, topic, await context.terminal.paint(context.io.stderr))
}

async function printedReceipts(context: CommandContext, format: string): Promise<ReceiptListener> {
  const { receiptPrinter } = await import('./receipt-printer.ts')
  return await receiptPrinter(context, format)
}

async function makeSink(
  sender: RecordSender,
  request: ProduceRequest,
  listener: ReceiptListener | undefined,
): Promise<RecordSink> {
  if (listener === undefined) return new WriterSink(sender, request)
  const { ReceiptSink } = await import('./receipt-sink.ts')
  return new ReceiptSink(sender, request, listener)
}

async function feedAll(
  context: CommandContext,
  { inputs, values }: { readonly inputs: readonly Input[]; readonly values: readonly string[] },
  sender: RecordSender,
  sink: RecordSink,
  feeding: Feeding,
  progress: FeedProgress,
): Promise<Ended> {
  const stop = new AbortController()
  let signal: EndSignal | undefined
  using _interrupts = onInterrupt(
    context.io.signals,
    (received) => {
      signal = received
      stop.abort()
      for (const input of inputs) input.stream?.destroy()
    },
    () => context.terminal.warn(`${countOf(progress.records - sink.acknowledged.records, 'record')} not acknowledged`),
  )
  using _status = showProgress(context, sink)
  try {
    for (const [index, value] of values.entries()) {
      await feedWhole(Buffer.from(value), `value ${index + 1}`, sink, feeding, progress, stop.signal)
    }
    for (const input of inputs) {
      if (stop.signal.aborted) break
      if (input.whole !== true) await feedRecords(input, sink, feeding, progress, stop.signal)
      else await feedFile(input, sink, feeding, progress, stop.signal)
    }
    await sink.flush()
    return { signal }
  } catch (error) {
    // What was sent before the error is still on its way: the counts have to be true.
    await sender.flush().catch(() => {})
    await sink.flush().catch(() => {})
    return { error: withLine(error, sink, progress, inputs), signal }
  }
}

/** All of a file is one record. */
async function feedFile(
  input: Input,
  sink: RecordSink,
  feeding: Feeding,
  progress: FeedProgress,
  stop: AbortSignal,
): Promise<void> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of input.chunks()) {
      // A chunk's memory is used again for the next one.
      chunks.push(Buffer.from(chunk))
      bytes += chunk.length
      if (bytes > feeding.maxRecordBytes) break
    }
  } catch (error) {
    if (!stop.aborted) throw error
  }
  if (!stop.aborted) await feedWhole(Buffer.concat(chunks), input.name, sink, feeding, progress, stop)
}

/** Of what the broker refused, the client sends the records one by one: the one that is too large is the first that was not acknowledged. */
function withLine(error: unknown, sink: RecordSink, progress: FeedProgress, inputs: readonly Input[]): unknown {
  if (!isRafkaError(error, 'MESSAGE_TOO_LARGE') || error.details.line !== undefined) return error
  if (inputs.length !== 1 || inputs[0]?.whole === true || progress.blankLines > 0) return error
  const line = sink.acknowledged.leading + 1
  return new RafkaError(error.code, `input line ${line}: ${error.message}`, {
    cause: error,
    details: { ...error.details, line },
  })
}
