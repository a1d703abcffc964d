import type { Consumer, FetchedChunk, Position, TopicPartition } from '../../core/consumer.ts'
import { RafkaError } from '../../core/errors.ts'
import type { Message } from '../../core/message.ts'
import type { ConsumerOptions } from '../../core/rafka.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { closedError } from '../connection-errors.ts'
import { Assignment } from './assignment.ts'
import { ChunkBuffer } from './chunk-buffer.ts'
import type { ClientChunk } from './client-chunk.ts'
import { type ConsumerSettings, consumerSettings } from './consumer-settings.ts'
import { checkPosition } from './locate.ts'
import { ChunkIterator, type ChunkSource, MessageIterator } from './message-iterator.ts'

/**
 * The consumer of the client. Nothing is asked of a broker before the iteration begins.
 *
 * When the log no longer holds a position (retention, DeleteRecords), reading goes on at the log's new start; a position that was given as a number
 * is an error instead, and so is one behind the log's end.
 */
export class ClientConsumer implements Consumer, ChunkSource {
  readonly #settings: ConsumerSettings
  readonly #buffer: ChunkBuffer
  readonly #assignment: Assignment
  readonly #onClose: (consumer: ClientConsumer) => void
  #starting: Promise<void> | undefined
  #iterated = false
  #wake: (() => void) | undefined
  #error: RafkaError | undefined
  #closing: Promise<void> | undefined

  /** @throws RafkaError `INVALID_ARGUMENT` naming an option that is wrong */
  constructor(cluster: Cluster, options: ConsumerOptions, onClose: (consumer: ClientConsumer) => void = () => {}) {
    this.#settings = consumerSettings(options)
    this.#buffer = new ChunkBuffer(this.#settings.prefetchBytes, () => this.#wakeReader())
    this.#assignment = new Assignment(cluster, this.#settings, this.#buffer, {
      changed: () => this.#wakeReader(),
      failed: (error) => this.#fail(error),
    })
    this.#onClose = onClose
  }

  chunks(): AsyncIterable<FetchedChunk> {
    return { [Symbol.asyncIterator]: () => this.#once(new ChunkIterator(this)) }
  }

  [Symbol.asyncIterator](): AsyncIterator<Message> {
    return this.#once(new MessageIterator(this))
  }

  pause(partitions?: readonly TopicPartition[]): void {
    this.#assignment.pause(partitions)
  }

  resume(partitions?: readonly TopicPartition[]): void {
    this.#assignment.resume(partitions)
  }

  async seek(partition: TopicPartition, position: Position): Promise<void> {
    checkPosition('position', position)
    if (this.#closing !== undefined) throw closedError('the consumer')
    await this.#start()
    await this.#assignment.seek(partition, position)
  }

  positions(): ReadonlyArray<TopicPartition & { readonly offset: number }> {
    return this.#assignment.positions()
  }

  /** Part of `ChunkSource`: the next chunk that still counts; undefined at the end. */
  async nextChunk(): Promise<ClientChunk | undefined> {
    if (this.#closing === undefined) await this.#start()
    for (;;) {
      if (this.#closing !== undefined) return undefined
      const chunk = this.#buffer.take()
      this.#assignment.kick()
      if (chunk !== undefined) return chunk
      if (this.#error !== undefined) throw await this.#lastError()
      if (this.#assignment.finished) {
        await this.close()
        return undefined
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#assignment.close().finally(() => this.#onClose(this))
    this.#wakeReader()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #start(): Promise<void> {
    this.#starting ??= this.#assignment.start().catch(async (error: unknown) => {
      if (this.#closing !== undefined) return
      await this.close()
      throw error
    })
    return this.#starting
  }

  #once<T>(iterator: T): T {
    if (this.#iterated) {
      throw new RafkaError('INVALID_ARGUMENT', 'a consumer is iterated once; make a new one to read again')
    }
    this.#iterated = true
    return iterator
  }

  /** An error ends the iteration, after what was fetched before it. */
  #fail(error: RafkaError): void {
    this.#error ??= error
    this.#wakeReader()
  }

  async #lastError(): Promise<RafkaError> {
    await this.close()
    return this.#error ?? closedError('the consumer')
  }

  #wakeReader(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }
}
