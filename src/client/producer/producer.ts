import type { RafkaError } from '../../core/errors.ts'
import type { OutgoingMessage, SendReceipt } from '../../core/message.ts'
import type { Producer, RecordWriter, RecordWriterOptions } from '../../core/producer.ts'
import type { ProducerOptions } from '../../core/rafka.ts'
import { loadCodec } from '../../records/compression.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { closedError } from '../connection-errors.ts'
import { Intake } from './intake.ts'
import { producerSettings } from './producer-settings.ts'
import { SendRecipient } from './recipient.ts'
import { checkMessage, headersOf, ownLayout, RecordScratch } from './record-layout.ts'
import { recordBytes } from './record-size.ts'
import { ClientRecordWriter } from './record-writer.ts'

/** The producer of the client. */
export class ClientProducer implements Producer {
  readonly #intake: Intake
  readonly #scratch = new RecordScratch()
  readonly #onClose: (producer: ClientProducer) => void
  readonly #taking = new Set<Promise<unknown>>()
  #closing: Promise<void> | undefined

  /** @throws RafkaError `INVALID_ARGUMENT` naming an option that is wrong */
  constructor(cluster: Cluster, options: ProducerOptions, onClose: (producer: ClientProducer) => void = () => {}) {
    const settings = producerSettings(options)
    const codec = settings.compression === 'none' ? undefined : loadCodec(settings.compression)
    this.#intake = new Intake(cluster, settings, codec)
    this.#onClose = onClose
  }

  send(message: OutgoingMessage): Promise<SendReceipt> {
    return new Promise((resolve, reject) => {
      this.#checkOpen()
      this.#accept(message, resolve, reject)
    })
  }

  async sendAll(messages: Iterable<OutgoingMessage>): Promise<SendReceipt[]> {
    this.#checkOpen()
    const sent: Array<Promise<SendReceipt>> = []
    const taking = this.#takeAll(messages, sent)
    this.#taking.add(taking)
    try {
      await taking
    } finally {
      this.#taking.delete(taking)
      await Promise.allSettled(sent)
    }
    return Promise.all(sent)
  }

  writer(topic: string, options: RecordWriterOptions = {}): RecordWriter {
    this.#checkOpen()
    checkMessage({ topic, value: null, partition: options.partition, timestamp: options.timestamp })
    return new ClientRecordWriter(this.#intake, this.#intake.topic(topic), options)
  }

  flush(): Promise<void> {
    return this.#intake.flush()
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw closedError('the producer')
    this.#intake.check()
  }

  async #takeAll(messages: Iterable<OutgoingMessage>, sent: Array<Promise<SendReceipt>>): Promise<void> {
    for (const message of messages) {
      const receipt = new Promise<SendReceipt>((resolve, reject) => this.#accept(message, resolve, reject))
      // The first failure is thrown in the end; until then none must count as unhandled.
      receipt.catch(() => {})
      sent.push(receipt)
      while (!this.#intake.flows) await this.#intake.room()
    }
  }

  #accept(
    message: OutgoingMessage,
    resolve: (receipt: SendReceipt) => void,
    reject: (error: RafkaError) => void,
  ): void {
    checkMessage(message)
    const { partition, timestamp = Date.now() } = message
    const topic = this.#intake.topic(message.topic)
    const headers = headersOf(message.headers)
    const { memory } = this.#intake
    if (topic.direct && memory.hasRoom && (partition === undefined || partition < topic.partitionCount)) {
      const { source, keyStart, keyEnd, valueStart, valueEnd } = this.#scratch.layOut(message)
      const queue = topic.pick(partition, source, keyStart, keyEnd)
      const batch = queue.append(timestamp, source, keyStart, keyEnd, valueStart, valueEnd, headers)
      const bytes = recordBytes(keyStart, keyEnd, valueStart, valueEnd)
      memory.usedBytes += bytes
      batch.memoryBytes += bytes
      batch.addRecipient(new SendRecipient(batch.count - 1, timestamp, resolve, reject))
      return
    }
    this.#intake.stage(topic, {
      layout: ownLayout(message),
      timestamp,
      partition,
      headers,
      counted: false,
      placed: (batch) => batch.addRecipient(new SendRecipient(batch.count - 1, timestamp, resolve, reject)),
      failed: reject,
    })
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#taking)
    await this.#intake.flush()
    this.#intake.close()
    this.#onClose(this)
  }
}
