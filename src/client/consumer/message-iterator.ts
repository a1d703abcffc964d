import type { FetchedChunk } from '../../core/consumer.ts'
import type { Message, RecordCursor } from '../../core/message.ts'
import { type ClientChunk, messageAt } from './client-chunk.ts'

/** Where chunks come from. */
export interface ChunkSource {
  /** The next chunk; undefined at the end. */
  nextChunk(): Promise<ClientChunk | undefined>
  close(): Promise<void>
}

const done = { done: true, value: undefined } as const

/**
 * Gives chunks one at a time, and lets go of everything when the loop over it ends.
 * A chunk that is given counts as read.
 */
export class ChunkIterator implements AsyncIterableIterator<FetchedChunk> {
  readonly #source: ChunkSource

  constructor(source: ChunkSource) {
    this.#source = source
  }

  async next(): Promise<IteratorResult<FetchedChunk, undefined>> {
    const chunk = await this.#source.nextChunk()
    if (chunk === undefined) return done
    chunk.source.position = chunk.nextOffset
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
  /** The last call, while it is not settled: calls are answered one after the other. */
  #pulling: Promise<unknown> | undefined

  constructor(source: ChunkSource) {
    this.#source = source
  }

  next(): Promise<IteratorResult<Message, undefined>> {
    if (this.#pulling !== undefined) return this.#queue()
    let message: Message | undefined
    try {
      message = this.#take()
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)))
    }
    return message === undefined ? this.#queue() : Promise.resolve({ done: false, value: message })
  }

  async return(): Promise<IteratorResult<Message, undefined>> {
    await this.#source.close()
    return done
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #queue(): Promise<IteratorResult<Message, undefined>> {
    const pulled = (this.#pulling ?? Promise.resolve()).then(() => this.#pull())
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
      if (this.#cursor.next()) {
        chunk.source.position = this.#cursor.offset + 1
        return messageAt(this.#cursor, chunk.topic, chunk.partition)
      }
      chunk.source.position = chunk.nextOffset
    }
    this.#chunk = undefined
    this.#cursor = undefined
    return undefined
  }
}
