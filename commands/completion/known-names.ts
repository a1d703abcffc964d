/** Names that exist where a line would run, as they were last seen. */
export interface KnownNames {
  readonly topics: readonly string[]
  readonly groups: readonly string[]
  readonly users: readonly string[]
  readonly profiles: readonly string[]
  /** Configs of topics. */
  readonly configs: readonly string[]
}

/** Nothing is known. */
export const noNames: KnownNames = { topics: [], groups: [], users: [], profiles: [], configs: [] }
