import type { Api, SupportedApi } from '../core/api.ts'
import type { RequestContext } from '../core/broker.ts'
import { type ErrorName, RafkaError } from '../core/errors.ts'
import { errorCode } from '../protocol/error-codes.ts'
import type { BrokerState } from './broker-state.ts'

/** How one API is answered. One file of `handlers/` each. */
export interface Handler<Request = object, Response = object, Prepared = unknown> extends SupportedApi {
  readonly api: Api<Request, Response>
  /**
   * What must be awaited before the request can take effect (a codec to load, hooks to ask); undefined when there is nothing.
   * Later requests of the connection wait for it, so that order is kept.
   */
  prepare?(state: BrokerState, request: Request, context: RequestContext): Promise<Prepared> | undefined
  /** Takes effect before its first `await`. null: the protocol has no answer. */
  handle(
    state: BrokerState,
    request: Request,
    context: RequestContext,
    prepared: Prepared | undefined,
  ): Promise<Response | null>
  /**
   * The answer when the whole request is refused; null: the protocol has none.
   * @throws RafkaError when there is no other way to tell than to close the connection
   */
  refuse(request: Request, error: WireError, context: RequestContext): Response | null
  /** False: the client waits for no answer, so that none may be sent. Left out: it always does. */
  expectsAnswer?(request: Request): boolean
}

/** An error as a response carries it. */
export interface WireError {
  readonly errorCode: number
  readonly errorMessage: string | null
}

/** No error, as a response carries it. */
export const noError: WireError = { errorCode: 0, errorMessage: null }

/** Declares a handler, with its types inferred from the API. */
export function handler<Request, Response, Prepared = unknown>(
  definition: Handler<Request, Response, Prepared>,
): Handler<Request, Response, Prepared> {
  return definition
}

/** An error by name, as a response carries it. */
export function wireError(name: ErrorName, message: string | null = null): WireError {
  return { errorCode: errorCode(name), errorMessage: message }
}

/** Whatever was thrown, as a response carries it. What is not a `RafkaError` is a bug: it is logged, and told without its inside. */
export function wireErrorOf(error: unknown, state: BrokerState): WireError {
  if (error instanceof RafkaError) return wireError(error.code, error.message)
  state.logger('error', `unexpected error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  return wireError('UNKNOWN_SERVER_ERROR', 'the broker failed unexpectedly; its log says why')
}
