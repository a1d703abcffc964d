import { malformed } from './codec-errors.ts'
import { array, bytes, int32, string } from './field.ts'
import { type MessageDefinition, message } from './message.ts'
import { Reader } from './reader.ts'
import { Writer } from './writer.ts'

/** Partitions of one topic, as the members of a group name them to each other. */
export interface TopicPartitions {
  readonly topic: string
  readonly partitions: readonly number[]
}

/** What a member of a group tells the group's leader (`ConsumerProtocolSubscription`). */
export interface Subscription {
  readonly topics: readonly string[]
  /** Of its assignor. */
  readonly userData: Buffer | null
  /** Partitions that it still has. */
  readonly ownedPartitions: readonly TopicPartitions[]
  /** Of the assignment that `ownedPartitions` come from; -1: not told. */
  readonly generationId: number
  readonly rackId: string | null
}

/** What the leader gives a member (`ConsumerProtocolAssignment`). */
export interface MemberAssignment {
  readonly assignedPartitions: readonly TopicPartitions[]
  readonly userData: Buffer | null
}

const versions = { versions: [0, 3], flexibleSince: null } as const
const newestVersion = versions.versions[1]
/** Topics and partitions of all lists of one message, at most. */
const maxElements = 1_000_000

const topicPartitions = array({ topic: string, partitions: array(int32) })

const subscription = message('ConsumerProtocol subscription', versions, {
  topics: array(string),
  userData: bytes.nullable().default(null),
  ownedPartitions: topicPartitions.since(1),
  generationId: int32.since(2).default(-1),
  rackId: string.since(3).nullable(3).default(null),
})

const assignment = message('ConsumerProtocol assignment', versions, {
  assignedPartitions: topicPartitions,
  userData: bytes.nullable().default(null),
})

/** The bytes of a subscription; what is left out has its default. */
export function encodeSubscription(given: Partial<Subscription>): Buffer {
  return encode(subscription, subscription.create(given))
}

/** @throws RafkaError `MALFORMED_MESSAGE` */
export function decodeSubscription(source: Buffer): Subscription {
  return decode(subscription, source)
}

/** The bytes of an assignment. */
export function encodeAssignment(given: Partial<MemberAssignment>): Buffer {
  return encode(assignment, assignment.create(given))
}

/**
 * Reads an assignment. No bytes at all, which a member gets that the leader has left out, are an empty one.
 * @throws RafkaError `MALFORMED_MESSAGE`
 */
export function decodeAssignment(source: Buffer): MemberAssignment {
  return source.length === 0 ? assignment.create() : decode(assignment, source)
}

function encode<Message>(definition: MessageDefinition<Message>, value: Message): Buffer {
  const writer = new Writer()
  writer.int16(newestVersion)
  definition.codec(newestVersion).write(writer, value)
  return Buffer.concat(writer.finish())
}

/** A version from the future only adds at the end, so it is read as the newest that is known. */
function decode<Message>(definition: MessageDefinition<Message>, source: Buffer): Message {
  const reader = new Reader(source, 0, maxElements)
  const version = reader.int16()
  if (version < 0) throw malformed(`${definition.name} has version ${version}`)
  return definition.codec(Math.min(version, newestVersion)).read(reader)
}
