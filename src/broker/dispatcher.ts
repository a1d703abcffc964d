import type { Api } from '../core/api.ts'
import type { ConnectionInfo, RequestContext } from '../core/broker.ts'
import { RafkaError } from '../core/errors.ts'
import type { BrokerState } from './broker-state.ts'
import { type Handler, wireError } from './handler.ts'

/**
 * Leads each request through the hooks to its handler, keeping the order of each connection: a request that must wait before it can take
 * effect (for a hook, for a codec) holds back those behind it.
 */
export class Dispatcher {
  readonly #state: BrokerState
  readonly #handlers: ReadonlyMap<number, Handler>
  /** The last request of each connection that others must wait for. */
  readonly #gates = new WeakMap<ConnectionInfo, Promise<void>>()

  constructor(state: BrokerState, handlers: readonly Handler[]) {
    this.#state = state
    this.#handlers = new Map(handlers.map((handler) => [handler.api.key, handler]))
  }

  /** @throws RafkaError `UNSUPPORTED_VERSION`: the connection must be closed (`RequestContext.parseRequest`) */
  dispatch(api: Api, request: object, context: RequestContext): Promise<object | null> {
    const handler = this.#handlers.get(api.key)
    if (handler === undefined || context.version < handler.minVersion || context.version > handler.maxVersion) {
      throw new RafkaError('UNSUPPORTED_VERSION', `${api.name} version ${context.version} is not supported`)
    }
    const gate = this.#gates.get(context.connection)
    if (gate === undefined && !this.#state.hooks.wantsRequests) {
      const prepared = handler.prepare?.(this.#state, request, context)
      if (prepared === undefined) return this.#answer(handler, request, context, undefined)
      return this.#behindGate(context, prepared, (value) => this.#answer(handler, request, context, value))
    }
    return this.#behindGate(
      context,
      (gate ?? Promise.resolve()).then(() => this.#lead(handler, request, context)),
      (start) => start(),
    )
  }

  /** Asks the hooks and prepares; what it settles with begins the handler. */
  async #lead(handler: Handler, request: object, context: RequestContext): Promise<() => Promise<object | null>> {
    const { hooks } = this.#state
    let current = request
    if (hooks.wantsRequests) {
      const outcome = await hooks.request({ api: handler.api, ...eventOf(context), request })
      if (outcome.kind === 'answered') {
        return async () => (handler.expectsAnswer?.(request) === false ? null : outcome.response)
      }
      if (outcome.kind === 'refused') {
        const error = wireError(outcome.error.code, outcome.error.message)
        return async () => handler.refuse(request, error, context)
      }
      current = outcome.request
    }
    const prepared = await handler.prepare?.(this.#state, current, context)
    return () => this.#answer(handler, current, context, prepared)
  }

  /** Runs `begin` when `ready` has settled; requests that come meanwhile wait until it has begun. */
  #behindGate<T>(
    { connection }: RequestContext,
    ready: Promise<T>,
    begin: (value: T) => Promise<object | null>,
  ): Promise<object | null> {
    let answer: Promise<object | null> | undefined
    const begun = ready.then((value) => {
      answer = begin(value)
      // The gate opens when it has begun; whoever asked hears of its failure.
      answer.catch(() => {})
    })
    const gate = begun
      .catch(() => {})
      .then(() => {
        if (this.#gates.get(connection) === gate) this.#gates.delete(connection)
      })
    this.#gates.set(connection, gate)
    return begun.then(() => answer!)
  }

  async #answer(handler: Handler, request: object, context: RequestContext, prepared: unknown): Promise<object | null> {
    const response = await handler.handle(this.#state, request, context, prepared)
    if (response === null || !this.#state.hooks.wantsResponses) return response
    return this.#state.hooks.response({ api: handler.api, ...eventOf(context), request }, response)
  }
}

function eventOf({ version, clientId, connection }: RequestContext) {
  return { version, clientId, connection }
}
