import { RafkaError } from '../../core/errors.ts'
import type { OutgoingMessage, SendReceipt } from '../../core/message.ts'
import type { Producer, RecordWriter, RecordWriterOptions } from '../../core/producer.ts'
import type { ProducerOptions } from '../../core/rafka.ts'
import type { Transaction } from '../../core/transaction.ts'
import { loadCodec } from '../../records/compression.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { closedError } from '../connection-errors.ts'
import { Identities } from './identities.ts'
import { Intake } from './intake.ts'
import { producerSettings } from './producer-settings.ts'
import { SendRecipient } from './recipient.ts'
import { checkMessage, headersOf, ownLayout, RecordScratch } from './record-layout.ts'
import { recordBytes } from './record-size.ts'
import { ClientRecordWriter } from './record-writer.ts'
import { ClientTransaction } from './transactions/client-transaction.ts'
import { TransactionCalls } from './transactions/transaction-calls.ts'
import { noTransaction, TransactionManager } from './transactions/transaction-manager.ts'

/** The producer of the client. */
export class ClientProducer implements Producer {
  readonly #intake: Intake
  /** undefined: it has none. */
  readonly #transactions: TransactionManager | undefined
  #transaction: Transaction | undefined
  readonly #scratch = new RecordScratch()
  readonly #onClose: (producer: ClientProducer) => void
  readonly #taking = new Set<Promise<unknown>>()
  #closing: Promise<void> | undefined

  /** @throws RafkaError `INVALID_ARGUMENT` naming an option that is wrong */
  constructor(cluster: Cluster, options: ProducerOptions, onClose: (producer: ClientProducer) => void = () => {}) {
    const settings = producerSettings(options)
    const codec = settings.compression === 'none' ? undefined : loadCodec(settings.compression)
    const { transactionalId, transactionTimeoutMs, deliveryTimeoutMs } = settings
    this.#transactions =
      transactionalId === undefined
        ? undefined
        : new TransactionManager(new TransactionCalls(cluster, transactionalId, transactionTimeoutMs))
    const identities = this.#transactions ?? new Identities(cluster, deliveryTimeoutMs)
    this.#intake = new Intake(cluster, settings, identities, codec)
    this.#onClose = onClose
  }

  async begin(): Promise<Transaction> {
    this.#checkOpen()
    const transactions = this.#transactions
    if (transactions === undefined) {
      throw new RafkaError('INVALID_ARGUMENT', 'transactions need a producer with a transactionalId')
    }
    await transactions.begin()
    this.#transaction = new ClientTransaction(transactions, {
      send: (message) => this.#send(message),
      sendAll: (messages) => this.#sendAll(messages),
      writer: (topic, options) => this.#writer(topic, options),
      flush: () => this.flush(),
      drop: async (error) => {
        this.#intake.drop(error)
        await this.flush()
      },
    })
    return this.#transaction
  }

  async transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const transaction = await this.begin()
    try {
      const result = await work(transaction)
      await transaction.commit()
      return result
    } catch (error) {
      // What went wrong first is what matters.
      await transaction.abort().catch(() => {})
      throw error
    }
  }

  send(message: OutgoingMessage): Promise<SendReceipt> {
    return this.#transactions === undefined
      ? this.#send(message)
      : Promise.reject(noTransaction(this.#transactions.transactionalId))
  }

  async sendAll(messages: Iterable<OutgoingMessage>): Promise<SendReceipt[]> {
    this.#checkAlone()
    return this.#sendAll(messages)
  }

  writer(topic: string, options: RecordWriterOptions = {}): RecordWriter {
    this.#checkAlone()
    return this.#writer(topic, options)
  }

  #send(message: OutgoingMessage): Promise<SendReceipt> {
    return new Promise((resolve, reject) => {
      this.#checkOpen()
      this.#accept(message, resolve, reject)
    })
  }

  async #sendAll(messages: Iterable<OutgoingMessage>): Promise<SendReceipt[]> {
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

  #writer(topic: string, options: RecordWriterOptions = {}): RecordWriter {
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

  /** @throws RafkaError for what is sent outside of a transaction, though it has to be in one */
  #checkAlone(): void {
    if (this.#transactions !== undefined) throw noTransaction(this.#transactions.transactionalId)
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
    // The broker aborts it when its time is over, should that not be possible now.
    await this.#transaction?.abort().catch(() => {})
    await this.#intake.flush()
    this.#intake.close()
    this.#onClose(this)
  }
}
