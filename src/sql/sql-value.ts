/** What stands in a cell. A bigint where an integer is beyond 2^53. */
export type SqlValue = string | number | bigint | Uint8Array | null
