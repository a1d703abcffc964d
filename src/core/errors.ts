/**
 * Kafka's error names that Rafka uses (`org.apache.kafka.common.protocol.Errors`). Their numbers live in `protocol/error-codes.ts`.
 */
export const kafkaErrorNames = [
  'UNKNOWN_SERVER_ERROR',
  'OFFSET_OUT_OF_RANGE',
  'CORRUPT_MESSAGE',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'INVALID_FETCH_SIZE',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_OR_FOLLOWER',
  'REQUEST_TIMED_OUT',
  'BROKER_NOT_AVAILABLE',
  'REPLICA_NOT_AVAILABLE',
  'MESSAGE_TOO_LARGE',
  'STALE_CONTROLLER_EPOCH',
  'OFFSET_METADATA_TOO_LARGE',
  'NETWORK_EXCEPTION',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
  'INVALID_TOPIC_EXCEPTION',
  'RECORD_LIST_TOO_LARGE',
  'NOT_ENOUGH_REPLICAS',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'INVALID_REQUIRED_ACKS',
  'ILLEGAL_GENERATION',
  'INCONSISTENT_GROUP_PROTOCOL',
  'INVALID_GROUP_ID',
  'UNKNOWN_MEMBER_ID',
  'INVALID_SESSION_TIMEOUT',
  'REBALANCE_IN_PROGRESS',
  'INVALID_COMMIT_OFFSET_SIZE',
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'INVALID_TIMESTAMP',
  'UNSUPPORTED_SASL_MECHANISM',
  'ILLEGAL_SASL_STATE',
  'UNSUPPORTED_VERSION',
  'TOPIC_ALREADY_EXISTS',
  'INVALID_PARTITIONS',
  'INVALID_REPLICATION_FACTOR',
  'INVALID_REPLICA_ASSIGNMENT',
  'INVALID_CONFIG',
  'NOT_CONTROLLER',
  'INVALID_REQUEST',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
  'POLICY_VIOLATION',
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'DUPLICATE_SEQUENCE_NUMBER',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_TXN_STATE',
  'INVALID_PRODUCER_ID_MAPPING',
  'INVALID_TRANSACTION_TIMEOUT',
  'CONCURRENT_TRANSACTIONS',
  'TRANSACTION_COORDINATOR_FENCED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'SECURITY_DISABLED',
  'OPERATION_NOT_ATTEMPTED',
  'KAFKA_STORAGE_ERROR',
  'LOG_DIR_NOT_FOUND',
  'SASL_AUTHENTICATION_FAILED',
  'UNKNOWN_PRODUCER_ID',
  'REASSIGNMENT_IN_PROGRESS',
  'NON_EMPTY_GROUP',
  'GROUP_ID_NOT_FOUND',
  'FETCH_SESSION_ID_NOT_FOUND',
  'INVALID_FETCH_SESSION_EPOCH',
  'TOPIC_DELETION_DISABLED',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'UNSUPPORTED_COMPRESSION_TYPE',
  'OFFSET_NOT_AVAILABLE',
  'MEMBER_ID_REQUIRED',
  'GROUP_MAX_SIZE_REACHED',
  'FENCED_INSTANCE_ID',
  'ELECTION_NOT_NEEDED',
  'NO_REASSIGNMENT_IN_PROGRESS',
  'GROUP_SUBSCRIBED_TO_TOPIC',
  'INVALID_RECORD',
  'UNSTABLE_OFFSET_COMMIT',
  'THROTTLING_QUOTA_EXCEEDED',
  'PRODUCER_FENCED',
  'RESOURCE_NOT_FOUND',
  'DUPLICATE_RESOURCE',
  'UNACCEPTABLE_CREDENTIAL',
  'UNKNOWN_TOPIC_ID',
  'INCONSISTENT_TOPIC_ID',
  'TRANSACTIONAL_ID_NOT_FOUND',
  'FETCH_SESSION_TOPIC_ID_ERROR',
  'FENCED_MEMBER_EPOCH',
  'UNRELEASED_INSTANCE_ID',
  'UNSUPPORTED_ASSIGNOR',
  'STALE_MEMBER_EPOCH',
  'MISMATCHED_ENDPOINT_TYPE',
  'TRANSACTION_ABORTABLE',
  'INVALID_REGULAR_EXPRESSION',
] as const

export type KafkaErrorName = (typeof kafkaErrorNames)[number]

/**
 * Errors that Kafka has no name for.
 *
 * - `INVALID_ARGUMENT`: a value given to the library or the command line is wrong.
 * - `INVALID_CONFIGURATION`: a key or value of rafka.yaml, the environment or an option is wrong.
 * - `MALFORMED_MESSAGE`: bytes that are not what the protocol says.
 * - `BROKER_UNREACHABLE`: no broker answered in time.
 * - `TLS_FAILED`: a certificate was not accepted, or the other end speaks no TLS.
 * - `CLOSED`: the broker, client or transport was closed.
 * - `CANCELLED`: the caller gave up.
 * - `DATA_DIRECTORY_UNUSABLE`: missing, read-only, not a directory, or of another engine.
 * - `DATA_DIRECTORY_IN_USE`: another process owns it, and does not answer.
 * - `LISTENER_UNUSABLE`: an address to listen on is in use, is not of this machine, or is not allowed.
 * - `STORAGE_CORRUPT`: what is stored is damaged; the message says where.
 * - `STORAGE_VERSION_UNSUPPORTED`: written by a newer Rafka.
 * - `HOOK_FAILED`: a hook threw or did not end in time.
 */
export type RafkaErrorName =
  | 'INVALID_ARGUMENT'
  | 'INVALID_CONFIGURATION'
  | 'MALFORMED_MESSAGE'
  | 'BROKER_UNREACHABLE'
  | 'TLS_FAILED'
  | 'CLOSED'
  | 'CANCELLED'
  | 'DATA_DIRECTORY_UNUSABLE'
  | 'DATA_DIRECTORY_IN_USE'
  | 'LISTENER_UNUSABLE'
  | 'STORAGE_CORRUPT'
  | 'STORAGE_VERSION_UNSUPPORTED'
  | 'HOOK_FAILED'

export type ErrorName = KafkaErrorName | RafkaErrorName

/** What helps a program or a person to act on the error: names and numbers, never secrets. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | null>>

/**
 * The one error class of Rafka. `code` is Kafka's error name, or one of Rafka's own.
 * The message says what was wrong, with the value, and what to do.
 */
export class RafkaError extends Error {
  readonly code: ErrorName
  readonly details: ErrorDetails

  constructor(code: ErrorName, message: string, options: { cause?: unknown; details?: ErrorDetails } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'RafkaError'
    this.code = code
    this.details = options.details ?? {}
  }
}

/** True for a `RafkaError` with this code. */
export function isRafkaError(error: unknown, code?: ErrorName): error is RafkaError {
  return error instanceof RafkaError && (code === undefined || error.code === code)
}
