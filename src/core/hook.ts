import type { Api } from './api.ts'
import type { ConnectionInfo } from './broker.ts'
import type { ErrorName } from './errors.ts'
import type { Header, Message } from './message.ts'

/** A request on its way to its handler. */
export interface RequestEvent {
  readonly api: Api
  readonly version: number
  readonly clientId: string | null
  readonly connection: ConnectionInfo
  /** As decoded; replace it through the result, do not change it. */
  readonly request: object
}

/** What `onRequest` may answer; nothing means: go on. */
export type RequestVerdict =
  | { readonly request: object }
  | { readonly response: object }
  | { readonly refuse: ErrorName; readonly message?: string }

/** A record on its way into a log: it has no offset yet. */
export interface AppendRecord {
  readonly topic: string
  readonly partition: number
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly Header[]
}

/** The parts of a record that a hook may change. */
export interface RecordEdit {
  readonly key?: Uint8Array | null
  readonly value?: Uint8Array | null
  readonly headers?: ReadonlyArray<{ key: string; value: Uint8Array | null }>
}

/** What `onAppend` may answer per record. A dropped record leaves a gap in the offsets; a refusal fails its batch. */
export type AppendVerdict = RecordEdit | 'drop' | { readonly refuse: ErrorName; readonly message?: string }

/** What became durable. */
export interface AppendedEvent {
  readonly topic: string
  readonly partition: number
  readonly baseOffset: number
  readonly lastOffset: number
  readonly sizeBytes: number
}

type MaybePromise<T> = T | Promise<T>

/**
 * User code at named stages of the broker. All methods are optional; hooks run in order of registration.
 * A hook that throws or takes longer than the configured bound has the configured effect and never takes the broker down.
 */
export interface Hook {
  /** For messages and logs. */
  readonly name: string
  /** Topics whose batches `onAppend` and `onDeliver` want decoded; all when left out. */
  readonly topics?: readonly string[]

  onStart?(): MaybePromise<void>
  onStop?(): MaybePromise<void>
  onConnect?(connection: ConnectionInfo): MaybePromise<void>
  onDisconnect?(connection: ConnectionInfo): MaybePromise<void>
  onTopicCreated?(topic: { readonly name: string; readonly partitions: number }): MaybePromise<void>
  onTopicDeleted?(topic: { readonly name: string }): MaybePromise<void>
  onGroupRebalanced?(group: {
    readonly groupId: string
    readonly generation: number
    readonly members: number
  }): MaybePromise<void>
  /** May change the request, answer it, or refuse it. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a hook that only looks returns nothing
  onRequest?(event: RequestEvent): MaybePromise<RequestVerdict | undefined | void>
  /** May change the response: return another one. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a hook that only looks returns nothing
  onResponse?(event: RequestEvent & { readonly response: object }): MaybePromise<object | undefined | void>
  /** May change, drop or refuse records before they are written. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a hook that only looks returns nothing
  onAppend?(record: AppendRecord): MaybePromise<AppendVerdict | undefined | void>
  onAppended?(event: AppendedEvent): MaybePromise<void>
  /** May change or drop records on their way to a consumer. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a hook that only looks returns nothing
  onDeliver?(message: Message): MaybePromise<RecordEdit | 'drop' | undefined | void>
}
