/** Kafka's operations as bits (`AclOperation`): 1 << code. */
const bits = (...codes: number[]) => codes.reduce((sum, code) => sum | (1 << code), 0)

const READ = 3
const WRITE = 4
const CREATE = 5
const DELETE = 6
const ALTER = 7
const DESCRIBE = 8
const CLUSTER_ACTION = 9
const DESCRIBE_CONFIGS = 10
const ALTER_CONFIGS = 11
const IDEMPOTENT_WRITE = 12

/** What a client may do, as bit fields. Without an authorizer: everything (KIP-430). */
export const authorizedOperations = {
  /** The value of the field when the client did not ask. */
  notAsked: -(2 ** 31),
  topic: bits(READ, WRITE, CREATE, DELETE, ALTER, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS),
  group: bits(READ, DELETE, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS),
  cluster: bits(CREATE, ALTER, DESCRIBE, CLUSTER_ACTION, DESCRIBE_CONFIGS, ALTER_CONFIGS, IDEMPOTENT_WRITE),
} as const
