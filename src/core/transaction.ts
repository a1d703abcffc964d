import type { Consumer, TopicPartition } from './consumer.ts'
import type { OutgoingMessage, SendReceipt } from './message.ts'
import type { RecordWriter, RecordWriterOptions } from './producer.ts'

/**
 * What belongs together: readers with `isolation: 'read_committed'` see all of it, when it is committed, or nothing. Made by a producer with a `transactionalId`.
 * Disposing of it aborts it, unless it has ended.
 */
export interface Transaction extends AsyncDisposable {
  /** As of `Producer`. */
  send(message: OutgoingMessage): Promise<SendReceipt>
  sendAll(messages: Iterable<OutgoingMessage>): Promise<SendReceipt[]>
  writer(topic: string, options?: RecordWriterOptions): RecordWriter
  flush(): Promise<void>

  /**
   * Commits with the transaction how far a consumer's group has come: the offsets given, or all that the consumer's iteration has given so far. Make the consumer with
   * `autoCommit: false`, or it commits by itself too.
   * @throws RafkaError `ILLEGAL_GENERATION`, `UNKNOWN_MEMBER_ID`, … when the consumer is not the member any more that it was: the transaction can only be aborted
   */
  sendOffsets(consumer: Consumer, offsets?: ReadonlyArray<TopicPartition & { readonly offset: number }>): Promise<void>

  /**
   * Sends what waits and commits.
   * @throws RafkaError when any of it was not sent: it is aborted then
   */
  commit(): Promise<void>

  /** Drops what waits and aborts. Nothing happens when it has ended. */
  abort(): Promise<void>
}
