import type { Consumer, FetchedChunk, GroupMetadata, Position, TopicPartition } from '../../core/consumer.ts'
import { RafkaError } from '../../core/errors.ts'
import type { CommittedOffset } from '../../core/group-admin.ts'
import type { Message } from '../../core/message.ts'
import type { ConsumerOptions } from '../../core/rafka.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { closedError } from '../connection-errors.ts'
import type { OffsetToCommit } from '../groups/group-offsets.ts'
import { GroupSource } from '../groups/group-source.ts'
import { Assignment } from './assignment.ts'
import { ChunkBuffer } from './chunk-buffer.ts'
import type { ClientChunk } from './client-chunk.ts'
import { type ConsumerSettings, consumerSettings } from './consumer-settings.ts'
import { checkPosition } from './locate.ts'
import { LoopProgress } from './loop-progress.ts'
import { ChunkIterator, type ChunkSource, MessageIterator } from './message-iterator.ts'
import type { PartitionSource } from './partition-source.ts'
import { TopicSource } from './topic-source.ts'

/**
 * The consumer of the client. Nothing is asked of a broker before the iteration begins.
 *
 * When the log no longer holds a position (retention, DeleteRecords), reading goes on at the log's new start; a position that was given as a number
 * is an error instead, and so is one behind the log's end. With a group, `reset` decides.
 */
export class ClientConsumer implements Consumer, ChunkSource {
  readonly progress = new LoopProgress()
  readonly #settings: ConsumerSettings
  readonly #buffer: ChunkBuffer
  readonly #assignment: Assignment
  readonly #source: PartitionSource
  /** The same, when it is a member of a group. */
  readonly #group: GroupSource | undefined
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
      unknownTopic: (topic) => this.#source.unknownTopic(topic),
      failed: (error) => this.#fail(error),
    })
    const { group } = this.#settings
    this.#group =
      group === undefined ? undefined : new GroupSource(cluster, this.#settings, group, this.#assignment, this.progress)
    this.#source = this.#group ?? new TopicSource(cluster, this.#settings, this.#assignment)
    this.#onClose = onClose
  }

  chunks(): AsyncIterable<FetchedChunk> {
    return { [Symbol.asyncIterator]: () => this.#once(new ChunkIterator(this)) }
  }

  [Symbol.asyncIterator](): AsyncIterator<Message> {
    if (this.#settings.lendsChunks) {
      throw new RafkaError('INVALID_ARGUMENT', 'lendsChunks is for chunks(): a message may be kept by who takes it')
    }
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

  async commit(offsets?: readonly OffsetToCommit[]): Promise<void> {
    await this.#member().commit(offsets ?? this.#assignment.positions())
  }

  async committed(partitions?: readonly TopicPartition[]): Promise<CommittedOffset[]> {
    return await this.#member().committed(partitions ?? this.#assignment.among())
  }

  groupMetadata(): GroupMetadata | undefined {
    return this.#group?.metadata
  }

  /** Part of `ChunkSource`: the next chunk that still counts; undefined at the end. */
  async nextChunk(): Promise<ClientChunk | undefined> {
    if (this.#closing === undefined) await this.#start()
    for (;;) {
      if (this.#closing !== undefined) return undefined
      const chunk = this.#buffer.take()
      this.#assignment.kick()
      if (chunk?.current) return chunk
      if (chunk !== undefined) continue
      if (this.#error !== undefined) throw await this.#lastError()
      if (this.#finished) {
        await this.close()
        return undefined
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    this.#wakeReader()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #start(): Promise<void> {
    this.#starting ??= this.#source.start().catch(async (error: unknown) => {
      if (this.#closing !== undefined) return
      await this.close()
      throw error
    })
    return this.#starting
  }

  get #finished(): boolean {
    return this.#settings.to !== undefined && !this.#source.waiting && this.#assignment.finished
  }

  /** Nothing more is given from now on; then the group, if there is one, is told. */
  async #close(): Promise<void> {
    try {
      await Promise.all([this.#assignment.close(), this.#source.close()])
    } finally {
      this.#onClose(this)
    }
  }

  #member(): GroupSource {
    if (this.#closing !== undefined) throw closedError('the consumer')
    if (this.#group !== undefined) return this.#group
    throw new RafkaError('INVALID_GROUP_ID', 'this consumer has no group: name one in its options to commit offsets')
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
