import type { ItemResult } from './admin.ts'
import type { ScramMechanism } from './sasl.ts'

/** A user with SCRAM credentials. */
export interface UserDescription {
  readonly user: string
  readonly credentials: ReadonlyArray<{ readonly mechanism: ScramMechanism; readonly iterations: number }>
}

/** A password to be set. */
export interface NewCredential {
  readonly user: string
  readonly mechanism: ScramMechanism
  /** Never sent, only what SCRAM makes of it. */
  readonly password: string
  /** Rounds of PBKDF2, 4,096 to 16,384; default 4,096, as Kafka's tools. */
  readonly iterations?: number | undefined
}

/** Manages who may log in with SCRAM, or with PLAIN at a listener of Rafka (KIP-554): the part of `Admin` that is about users. */
export interface UserAdmin {
  /** These users in their order, or all by name. @throws RafkaError `RESOURCE_NOT_FOUND` for one that has no credentials */
  describeUsers(users?: readonly string[]): Promise<UserDescription[]>
  /** Sets credentials, each in the place of one that was there. One result per user. */
  setCredentials(credentials: readonly NewCredential[]): Promise<ItemResult[]>
  /** Deletes credentials. One result per user; `RESOURCE_NOT_FOUND` for what was not there. */
  deleteCredentials(
    credentials: ReadonlyArray<{ readonly user: string; readonly mechanism: ScramMechanism }>,
  ): Promise<ItemResult[]>
}
