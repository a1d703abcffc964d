import type { Clock } from '../../core/clock.ts'
import { RafkaError } from '../../core/errors.ts'
import type { Hook, RequestEvent } from '../../core/hook.ts'
import type { Logger } from '../../core/log.ts'
import { type AskStage, isVerdict } from './verdicts.ts'

/** What a hook that throws, or takes too long, does to the request or record it was asked about. */
export type HookFailureEffect = 'refuse' | 'skip'

export interface HookRunnerOptions {
  /** How long one call may take, in ms. A hook that blocks the event loop cannot be stopped. */
  readonly timeoutMs: number
  /** `refuse`: as if it had refused; `skip`: as if it had nothing to say. */
  readonly onFailure: HookFailureEffect
  readonly clock: Clock
  readonly logger: Logger
}

/** Stages that only look: nothing waits for them. */
type LookStage = 'onConnect' | 'onDisconnect' | 'onTopicCreated' | 'onTopicDeleted' | 'onGroupRebalanced' | 'onAppended'

/** What became of a request on its way through the hooks. */
export type RequestOutcome =
  | { readonly kind: 'go-on'; readonly request: object }
  | { readonly kind: 'answered'; readonly response: object }
  | { readonly kind: 'refused'; readonly error: RafkaError }

/** Runs the hooks in order of registration, each call bounded in time, each failure contained. */
export class HookRunner {
  readonly #hooks: readonly Hook[]
  readonly #options: HookRunnerOptions
  /** Without any, nobody but the broker looks at what comes and goes. */
  readonly isEmpty: boolean
  /** Whether any hook has the stage: without one the broker skips the stage altogether. */
  readonly wantsRequests: boolean
  readonly wantsResponses: boolean

  constructor(hooks: readonly Hook[], options: HookRunnerOptions) {
    this.#hooks = hooks
    this.#options = options
    this.isEmpty = hooks.length === 0
    this.wantsRequests = hooks.some((hook) => hook.onRequest !== undefined)
    this.wantsResponses = hooks.some((hook) => hook.onResponse !== undefined)
  }

  /** The hooks that want the batches of `topic` decoded at this stage. */
  wanting(stage: 'onAppend' | 'onDeliver', topic: string): readonly Hook[] {
    if (this.#hooks.length === 0) return this.#hooks
    return this.#hooks.filter(
      (hook) => hook[stage] !== undefined && (hook.topics === undefined || hook.topics.includes(topic)),
    )
  }

  /** Runs `onStart` or `onStop` of all, one after the other; a failure is logged. */
  async runAll(stage: 'onStart' | 'onStop'): Promise<void> {
    for (const hook of this.#hooks) {
      await this.#ask(hook, stage, () => hook[stage]?.(), ignore).catch(() => {})
    }
  }

  /** Tells all hooks of something; nothing waits for them. */
  look<Stage extends LookStage>(stage: Stage, event: Parameters<NonNullable<Hook[Stage]>>[0]): void {
    for (const hook of this.#hooks) {
      const method = hook[stage] as ((event: unknown) => unknown) | undefined
      if (method === undefined) continue
      void this.#ask(hook, stage, () => method.call(hook, event), ignore).catch(() => {})
    }
  }

  /** Leads a request through `onRequest` of all hooks. */
  async request(event: RequestEvent): Promise<RequestOutcome> {
    let request = event.request
    for (const hook of this.#hooks) {
      if (hook.onRequest === undefined) continue
      try {
        const verdict = await this.ask(hook, 'onRequest', () => hook.onRequest?.({ ...event, request }))
        if (verdict === undefined) continue
        if ('response' in verdict) return { kind: 'answered', response: verdict.response }
        if ('refuse' in verdict) return { kind: 'refused', error: refusal(hook, verdict) }
        request = verdict.request
      } catch (error) {
        return { kind: 'refused', error: error as RafkaError }
      }
    }
    return { kind: 'go-on', request }
  }

  /** Leads a response through `onResponse` of all hooks; one that fails has no say. */
  async response(event: RequestEvent, response: object): Promise<object> {
    let current = response
    for (const hook of this.#hooks) {
      if (hook.onResponse === undefined) continue
      const changed = await this.#answer(hook, 'onResponse', () =>
        hook.onResponse?.({ ...event, response: current }),
      ).catch(() => undefined)
      current = changed ?? current
    }
    return current
  }

  /**
   * One bounded call whose answer counts.
   * @param slow hooks that took too long: they are not asked, and one that does so now joins them
   * @returns undefined also when the hook failed and failures are skipped
   * @throws RafkaError `UNKNOWN_SERVER_ERROR` when it failed and failures refuse
   */
  async ask<T>(
    hook: Hook,
    stage: AskStage,
    call: () => T | Promise<T>,
    slow?: Set<Hook>,
  ): Promise<Exclude<T, void> | undefined> {
    if (slow?.has(hook) === true) return undefined
    try {
      return await this.#answer(hook, stage, call)
    } catch (cause) {
      if ((cause as RafkaError).details.timedOut === true) slow?.add(hook)
      if (this.#options.onFailure === 'skip') return undefined
      throw new RafkaError('UNKNOWN_SERVER_ERROR', (cause as Error).message, { cause })
    }
  }

  #answer<T>(hook: Hook, stage: AskStage, call: () => T | Promise<T>): Promise<Exclude<T, void> | undefined> {
    return this.#ask(hook, stage, call, (answer) => {
      if (answer === undefined || answer === null) return undefined
      if (!isVerdict[stage](answer)) throw new Error('its answer has no meaning at this stage')
      return answer as Exclude<T, void>
    })
  }

  /** @throws RafkaError `HOOK_FAILED`, after logging it */
  async #ask<T, Answer>(
    hook: Hook,
    stage: string,
    call: () => T | Promise<T>,
    check: (answer: T) => Answer,
  ): Promise<Answer> {
    try {
      const answer = call()
      return check(isPromise(answer) ? await this.#bounded(answer) : answer)
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      const error = new RafkaError('HOOK_FAILED', `hook "${hook.name}" failed in ${stage}: ${why}`, {
        cause,
        details: { timedOut: cause instanceof TookTooLong },
      })
      this.#options.logger('error', error.message)
      throw error
    }
  }

  #bounded<T>(answer: Promise<T>): Promise<T> {
    const { clock, timeoutMs } = this.#options
    return new Promise((resolve, reject) => {
      const timer = clock.after(timeoutMs, () => reject(new TookTooLong(`it did not answer within ${timeoutMs} ms`)))
      void Promise.resolve(answer)
        .then(resolve, reject)
        .finally(() => timer.cancel())
    })
  }
}

/** The error that a hook's refusal stands for. */
export function refusal(hook: Hook, verdict: { refuse: RafkaError['code']; message?: string }): RafkaError {
  return new RafkaError(verdict.refuse, verdict.message ?? `refused by hook "${hook.name}"`)
}

class TookTooLong extends Error {}

function ignore(): void {}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | undefined)?.then === 'function'
}
