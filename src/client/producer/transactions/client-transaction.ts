import type { Consumer, TopicPartition } from '../../../core/consumer.ts'
import { RafkaError } from '../../../core/errors.ts'
import type { OutgoingMessage, SendReceipt } from '../../../core/message.ts'
import type { RecordWriter, RecordWriterOptions } from '../../../core/producer.ts'
import type { Transaction } from '../../../core/transaction.ts'
import type { TransactionManager } from './transaction-manager.ts'

/** What a transaction needs of its producer. */
export interface TransactionalSender {
  send(message: OutgoingMessage): Promise<SendReceipt>
  sendAll(messages: Iterable<OutgoingMessage>): Promise<SendReceipt[]>
  writer(topic: string, options?: RecordWriterOptions): RecordWriter
  /** Settles when all that was sent is acknowledged or failed. */
  flush(): Promise<void>
  /** Gives up what is not on the way, and settles when nothing is any more. */
  drop(error: RafkaError): Promise<void>
}

/** One transaction of a producer. */
export class ClientTransaction implements Transaction {
  readonly #manager: TransactionManager
  readonly #sender: TransactionalSender
  /** How it ends; undefined: it is open. */
  #ending: Promise<void> | undefined

  constructor(manager: TransactionManager, sender: TransactionalSender) {
    this.#manager = manager
    this.#sender = sender
  }

  async send(message: OutgoingMessage): Promise<SendReceipt> {
    this.#check()
    return this.#sender.send(message)
  }

  async sendAll(messages: Iterable<OutgoingMessage>): Promise<SendReceipt[]> {
    this.#check()
    return this.#sender.sendAll(messages)
  }

  writer(topic: string, options?: RecordWriterOptions): RecordWriter {
    this.#check()
    return this.#sender.writer(topic, options)
  }

  flush(): Promise<void> {
    return this.#sender.flush()
  }

  async sendOffsets(
    consumer: Consumer,
    offsets: ReadonlyArray<TopicPartition & { readonly offset: number }> = consumer.positions(),
  ): Promise<void> {
    this.#check()
    const member = consumer.groupMetadata()
    if (member === undefined) {
      throw new RafkaError(
        'INVALID_GROUP_ID',
        'the consumer has no group to commit offsets for: name one in its options',
      )
    }
    await this.#manager.sendOffsets(member, offsets)
  }

  async commit(): Promise<void> {
    if (this.#ending !== undefined) throw hasEnded()
    this.#ending = this.#commit()
    await this.#ending
  }

  async abort(): Promise<void> {
    // Whoever awaits the commit hears of its error.
    if (this.#ending !== undefined) return this.#ending.catch(() => {})
    this.#ending = this.#abort()
    await this.#ending
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.abort()
  }

  #check(): void {
    if (this.#ending !== undefined) throw hasEnded()
    this.#manager.check()
  }

  async #commit(): Promise<void> {
    await this.#sender.flush()
    try {
      this.#manager.check()
    } catch (error) {
      await this.#abort().catch(() => {})
      throw error
    }
    await this.#manager.commit()
  }

  async #abort(): Promise<void> {
    await this.#sender.drop(new RafkaError('CANCELLED', 'the transaction was aborted before this record was sent'))
    await this.#manager.abort()
  }
}

function hasEnded(): RafkaError {
  return new RafkaError('INVALID_TXN_STATE', 'this transaction has ended; begin() makes another')
}
