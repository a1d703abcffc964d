import type { FetchedChunk } from '../../core/consumer.ts'
import { RafkaError } from '../../core/errors.ts'
import type { Message, RecordCursor } from '../../core/message.ts'
import { clientError } from '../client-error.ts'
import { type ClientChunk, messageAt } from './client-chunk.ts'
import type { LoopProgress } from './loop-progress.ts'

/** Where chunks come from. */
export interface ChunkSource {
  /** The next chunk; undefined at the end. */
  nextChunk(): Promise<ClientChunk | undefined>
  close(): Promise<void>
  readonly progress: LoopProgress
}

const done = { done: true, value: undefined } as const

/**
 * Gives chunks one at a time, and lets go of everything when the loop over it ends.
 * A chunk that is given counts as read.
 */
export class ChunkIterator implements AsyncIterableIterator<FetchedChunk> {
  readonly #source: ChunkSource
  #given: ClientChunk | undefined

  constructor(source: ChunkSource) {
    this.#source = source
  }

  async next(): Promise<IteratorResult<FetchedChunk, undefined>> {
    this.#given?.handled()
    this.#source.progress.cameBack()
    await this.#source.progress.breath()
    const chunk = await this.#source.nextChunk()
    this.#given = chunk
    if (chunk === undefined) return done
    chunk.source.position = chunk.nextOffset
    this.#source.progress.given(chunk.source)
    return { done: false, value: chunk }
  }

  async return(): Promise<IteratorResult<FetchedChunk, undefined>> {
    await this.#source.close()
    return done
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}

/** Gives messages one at a time. Not an async generator: that costs about as much per message as making the message. */
export class MessageIterator implements AsyncIterableIterator<Message> {
  readonly #source: ChunkSource
  #chunk: ClientChunk | undefined
  #cursor: RecordCursor | undefined
  /** A batch could not be read: nothing is given any more. */
  #broken: RafkaError | undefined
  /** The last call, while it is not settled: calls are answered one after the other. */
  #pulling: Promise<unknown> | undefined

  constructor(source: ChunkSource) {
    this.#source = source
  }

  next(): Promise<IteratorResult<Message, undefined>> {
    const { progress } = this.#source
    this.#chunk?.handled()
    progress.cameBack()
    if (this.#pulling !== undefined || this.#broken !== undefined) return this.#queue()
    const breath = progress.breath()
    if (breath !== undefined) return this.#queue(breath)
    const message = this.#take()
    return message === undefined ? this.#queue() : Promise.resolve({ done: false, value: message })
  }

  async return(): Promise<IteratorResult<Message, undefined>> {
    await this.#source.close()
    return done
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #queue(after: Promise<void> = Promise.resolve()): Promise<IteratorResult<Message, undefined>> {
    const pulled = (this.#pulling ?? after).then(() => this.#pull())
    const settled = pulled
      .catch(() => {})
      .finally(() => {
        if (this.#pulling === settled) this.#pulling = undefined
      })
    this.#pulling = settled
    return pulled
  }

  async #pull(): Promise<IteratorResult<Message, undefined>> {
    for (;;) {
      const message = this.#take()
      if (message !== undefined) return { done: false, value: message }
      if (this.#broken !== undefined) throw await this.#giveUp(this.#broken)
      this.#chunk = await this.#source.nextChunk()
      if (this.#chunk === undefined) return done
      this.#cursor = this.#chunk.cursor()
    }
  }

  /** The next message of the chunk at hand, unless a seek or a pause came since the last. */
  #take(): Message | undefined {
    const chunk = this.#chunk
    if (chunk === undefined || this.#cursor === undefined) return undefined
    if (chunk.current) {
      try {
        if (this.#cursor.next()) return this.#give(chunk, this.#cursor)
        chunk.source.position = chunk.nextOffset
        chunk.handled()
      } catch (error) {
        this.#broken = unreadable(chunk, clientError(error))
      }
    }
    this.#chunk = undefined
    this.#cursor = undefined
    return undefined
  }

  #give(chunk: ClientChunk, cursor: RecordCursor): Message {
    const message = messageAt(cursor, chunk.topic, chunk.partition)
    chunk.source.position = cursor.offset + 1
    this.#source.progress.given(chunk.source)
    return message
  }

  /** A loop does not end the iteration of what failed: it counts on that having ended. */
  async #giveUp(error: RafkaError): Promise<RafkaError> {
    await this.#source.close()
    this.#broken = undefined
    return error
  }
}

function unreadable({ topic, partition }: ClientChunk, cause: RafkaError): RafkaError {
  return new RafkaError(cause.code, `${topic}-${partition}: ${cause.message}`, { cause, details: { topic, partition } })
}
