export type { CompactedPartition } from './broker/maintenance.ts'
export { type ConnectOptions, connect } from './connect.ts'
export type {
  Admin,
  BatchDescription,
  ClusterDescription,
  ConfigChange,
  ConfigEntry,
  ConfigOperation,
  ConfigResource,
  ConfigSource,
  CreatedTopic,
  ItemResult,
  NewTopic,
  OffsetQuery,
  PartitionDescription,
  TopicDescription,
} from './core/admin.ts'
export type { Api } from './core/api.ts'
export type { ConnectionInfo } from './core/broker.ts'
export type { ClientSasl, ClientTls } from './core/client-security.ts'
export type { Clock, Timer } from './core/clock.ts'
export type { Consumer, FetchedChunk, GroupMetadata, Position, TopicPartition } from './core/consumer.ts'
export {
  type ErrorDetails,
  type ErrorName,
  isRafkaError,
  type KafkaErrorName,
  kafkaErrorNames,
  RafkaError,
  type RafkaErrorName,
} from './core/errors.ts'
export type {
  CommittedOffset,
  GroupAdmin,
  GroupDescription,
  GroupListing,
  GroupMemberDescription,
  GroupOffsetResult,
} from './core/group-admin.ts'
export type {
  AppendedEvent,
  AppendRecord,
  AppendVerdict,
  Hook,
  RecordEdit,
  RequestEvent,
  RequestVerdict,
} from './core/hook.ts'
export type { Logger, LogLevel } from './core/log.ts'
export type {
  CompressionName,
  Header,
  Message,
  OutgoingMessage,
  RecordCursor,
  SendReceipt,
  TimestampType,
} from './core/message.ts'
export type {
  Producer,
  RecordOverrides,
  RecordSlices,
  RecordWriter,
  RecordWriterOptions,
  WriterProgress,
} from './core/producer.ts'
export type { AssignorName, ConsumerOptions, ProducerOptions, Rafka } from './core/rafka.ts'
export {
  type SaslMechanism,
  type ScramMechanism,
  saslMechanisms,
  scramMechanisms,
} from './core/sasl.ts'
export type { Durability } from './core/storage-engine.ts'
export type { Transaction } from './core/transaction.ts'
export type {
  PartitionProducers,
  ProducerState,
  TransactionAdmin,
  TransactionDescription,
  TransactionListing,
} from './core/transaction-admin.ts'
export type { NewCredential, UserAdmin, UserDescription } from './core/user-admin.ts'
export type { DataDirectoryStatus } from './data-directory/data-directory-status.ts'
export { defaultDataDirectory } from './data-directory/default-data-directory.ts'
export type { StorageSettings } from './data-directory/open-storage.ts'
export type { StorageProblem, StorageReport } from './data-directory/storage-report.ts'
export type { StorageType } from './data-directory/storage-type.ts'
export type { VerifyOptions } from './data-directory/verify-directory.ts'
export { storageStatus, verifyStorage } from './inspect-storage.ts'
export {
  type EmbeddedRafka,
  type EmbeddedStatus,
  type ListenOptions,
  type OpenOptions,
  type OpenStorage,
  open,
} from './open.ts'
export { openSql } from './open-sql.ts'
export type { ServerLimits } from './server/limits.ts'
export type { HostPort } from './server/listen.ts'
export type { ListenerTls } from './server/tls.ts'
export type { Sql, SqlOptions, SqlResult } from './sql/sql-session.ts'
export type { SqlValue } from './sql/sql-value.ts'
