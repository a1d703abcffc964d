import type { Producer } from '../../src/index.ts'
import { isRafkaError, RafkaError } from '../../src/index.ts'
import type { CommandContext } from '../context.ts'
import { type EndSignal, onInterrupt } from '../interrupts.ts'
import { countOf } from '../output/quantities.ts'
import { type Feeding, type FeedProgress, feedRecords } from './feed-records.ts'
import { fitToTopic } from './fit-to-topic.ts'
import { fileInput, type Input, stdinInput } from './input-chunks.ts'
import type { ProduceRequest } from './produce-options.ts'
import { type RecordSink, writerSink } from './record-sink.ts'
import { type Ended, type Outcome, reportOutcome } from './report-outcome.ts'
import { showProgress } from './show-progress.ts'

/** Sends what the request names and tells what became of it. @returns the exit code */
export async function produceRecords(context: CommandContext, topic: string, request: ProduceRequest): Promise<number> {
  const inputs = openInputs(context, request)
  const { rafka } = await context.session()
  const startedAt = performance.now()
  const options = await fitToTopic(rafka, topic, request.producer, request.fixedRequestSize)
  const producer = rafka.producer(options)
  const sink = await makeSink(producer, topic, request)
  const progress: FeedProgress = { lines: 0, records: 0 }
  if (context.io.stdin.isTTY === true && inputs.some((input) => input.name === undefined)) {
    context.terminal.note(`${topic}: one record per line, Ctrl-D to finish`)
  }
  const feeding = { ...request, maxRecordBytes: options.maxRequestBytes }
  const ended = await feedAll(context, inputs, producer, sink, feeding, progress)
  await producer.close().catch(() => {})
  const outcome: Outcome = {
    topic,
    progress,
    acknowledged: sink.acknowledged,
    elapsedMs: performance.now() - startedAt,
  }
  return await reportOutcome(context, outcome, ended)
}

/** Opens all before anything is sent, so that a wrong name costs nothing. */
function openInputs(context: CommandContext, { values, files }: ProduceRequest): Input[] {
  if (values.length > 0) return []
  return files.length > 0 ? files.map((name) => fileInput(name, context.io)) : [stdinInput(context.io)]
}

async function makeSink(producer: Producer, topic: string, request: ProduceRequest): Promise<RecordSink> {
  const { headers, partition, keep } = request
  if (request.format === 'json') {
    const { JsonSink } = await import('./json-sink.ts')
    return new JsonSink(producer, { topic, partition, headers, keep })
  }
  return writerSink(producer.writer(topic, { partition, ...(headers.length > 0 ? { headers } : {}) }), request.shape)
}

async function feedAll(
  context: CommandContext,
  inputs: readonly Input[],
  producer: Producer,
  sink: RecordSink,
  feeding: Feeding & { readonly values: readonly string[] },
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
    await writeValues(feeding.values, sink, progress)
    for (const input of inputs) {
      if (!stop.signal.aborted) await feedRecords(input, sink, feeding, progress, stop.signal)
    }
    await sink.flush()
    return { signal }
  } catch (error) {
    // What was sent before the error is still on its way: the counts have to be true.
    await producer.flush().catch(() => {})
    return { error: withLine(error, sink, progress, inputs), signal }
  }
}

async function writeValues(values: readonly string[], sink: RecordSink, progress: FeedProgress): Promise<void> {
  for (const value of values) {
    const bytes = Buffer.from(value)
    progress.lines += 1
    progress.records += 1
    if (!sink.write(bytes, 0, bytes.length)) await sink.drained()
  }
}

/** Of what the broker refused, the client sends the records one by one: the one that is too large is the first that was not acknowledged. */
function withLine(error: unknown, sink: RecordSink, progress: FeedProgress, inputs: readonly Input[]): unknown {
  if (!isRafkaError(error, 'MESSAGE_TOO_LARGE') || error.details.line !== undefined) return error
  if (inputs.length !== 1 || progress.lines !== progress.records) return error
  const line = sink.acknowledged.leading + 1
  return new RafkaError(error.code, `input line ${line}: ${error.message}`, {
    cause: error,
    details: { ...error.details, line },
  })
}
