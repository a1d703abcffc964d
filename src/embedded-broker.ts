import { type BrokerHandle, type BrokerOptions, createBroker } from './broker/broker.ts'
import type { Clock } from './core/clock.ts'
import { type Logger, silentLogger } from './core/log.ts'
import type { ServerLimits } from './server/limits.ts'
import { type ListenAddress, type Listener, listen } from './server/listen.ts'

export interface EmbeddedBrokerOptions extends BrokerOptions {
  readonly limits?: Partial<ServerLimits> | undefined
}

/** A broker of this process with its doors. */
export class EmbeddedBroker {
  readonly broker: BrokerHandle
  readonly #limits: Partial<ServerLimits> | undefined
  readonly #logger: Logger
  readonly #clock: Clock | undefined
  readonly #listeners: Listener[] = []
  #closed: Promise<void> | undefined

  private constructor(
    broker: BrokerHandle,
    { limits, logger = silentLogger, clock }: Pick<EmbeddedBrokerOptions, 'limits' | 'logger' | 'clock'>,
  ) {
    this.broker = broker
    this.#limits = limits
    this.#logger = logger
    this.#clock = clock
  }

  /** Starts a broker, without doors yet. If that fails, the engine is closed. */
  static async start(options: EmbeddedBrokerOptions) {
    try {
      const broker = await createBroker(options)
      return new EmbeddedBroker(broker, options)
    } catch (error) {
      await options.storage.close()
      throw error
    }
  }

  /** Its TCP listeners. */
  get listeners(): readonly Listener[] {
    return this.#listeners.filter(({ address }) => address !== undefined)
  }

  /** Lets clients in at one more address. @throws RafkaError `LISTENER_UNUSABLE` */
  async listen(where: ListenAddress): Promise<Listener> {
    const listener = await listen(this.broker, where, {
      limits: this.#limits,
      logger: this.#logger,
      clock: this.#clock,
    })
    const advertised = listener.advertised ?? listener.address
    if (this.listeners.length === 0 && advertised !== undefined) this.broker.advertise(advertised)
    this.#listeners.push(listener)
    return listener
  }

  /** Lets nobody in any more, answers what has begun, and closes the broker with its engine. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    // At the same time: the listeners wait for answers, and closing the broker ends the long polls among them.
    const doors = Promise.all(this.#listeners.map((listener) => listener.close()))
    await this.broker.close()
    await doors
  }
}
