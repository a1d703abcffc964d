import { expect } from 'vitest'
import type { Message, OutgoingMessage, SendReceipt } from '../../src/core/message.ts'
import type { ConsumerOptions, Rafka } from '../../src/core/rafka.ts'

/** A broker, and clients of it over one kind of transport. */
export interface ClientSetup {
  /** A client that the test closes, or the setup at its end. */
  connect(): Promise<Rafka>
  close(): Promise<void>
}

/** The client that a contract is about, and what its tests do with it again and again. */
export class ClientSubject {
  #setup: ClientSetup | undefined
  #rafka: Rafka | undefined
  #topics = 0

  async start(setup: () => Promise<ClientSetup>): Promise<void> {
    this.#setup = await setup()
    this.#rafka = await this.connect()
  }

  async stop(): Promise<void> {
    await this.#setup?.close()
  }

  get rafka(): Rafka {
    return this.#rafka!
  }

  /** Another client of the same broker. */
  connect(): Promise<Rafka> {
    return this.#setup!.connect()
  }

  get lastTopic(): string {
    return `topic-${this.#topics}`
  }

  /** A new topic. */
  async topic(partitions = 1, configs: Record<string, string> = {}): Promise<string> {
    this.#topics += 1
    const created = await this.rafka.admin().createTopics([{ name: this.lastTopic, partitions, configs }])
    expect(created[0]?.error).toBeNull()
    return this.lastTopic
  }

  async read(options: ConsumerOptions): Promise<Message[]> {
    const messages: Message[] = []
    for await (const message of this.rafka.consumer({ to: 'end', ...options })) messages.push(message)
    return messages
  }

  async values(options: ConsumerOptions): Promise<Array<string | undefined>> {
    return (await this.read(options)).map(({ value }) => value?.toString())
  }

  async send(...messages: OutgoingMessage[]): Promise<SendReceipt[]> {
    await using producer = this.rafka.producer()
    return producer.sendAll(messages)
  }
}

/** `count` messages whose values are their numbers. */
export function numbered(name: string, count: number, extra: Partial<OutgoingMessage> = {}): OutgoingMessage[] {
  return Array.from({ length: count }, (_, index) => ({ topic: name, value: `${index}`, ...extra }))
}

/** The numbers from `from` to before `to`, as `numbered` sends them. */
export function numbers(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => `${from + index}`)
}
