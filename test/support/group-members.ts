import type { Consumer, TopicPartition } from '../../src/core/consumer.ts'
import type { ConsumerOptions } from '../../src/core/rafka.ts'
import type { ClientSubject } from './client-subject.ts'

/** A member of a group whose loop runs by itself. */
export interface Member {
  readonly consumer: Consumer
  readonly values: string[]
  /** What it was told, in order: `+0,1` assigned, `-0` revoked, `!0` lost. */
  readonly events: string[]
  /** Settles when the loop ended. */
  readonly ended: Promise<void>
}

const numbersOf = (partitions: readonly TopicPartition[]) => partitions.map(({ partition }) => partition).join()

/** Joins a group and reads `topic`. */
export function joinAs(
  subject: ClientSubject,
  topic: string,
  group: string,
  extra: Partial<ConsumerOptions> = {},
): Member {
  const [values, events]: [string[], string[]] = [[], []]
  const consumer = subject.rafka.consumer({
    topics: [topic],
    group,
    heartbeatIntervalMs: 50,
    maxWaitMs: 200,
    onAssigned: (partitions) => void events.push(`+${numbersOf(partitions)}`),
    onRevoked: (partitions) => void events.push(`-${numbersOf(partitions)}`),
    onLost: (partitions) => void events.push(`!${numbersOf(partitions)}`),
    ...extra,
  })
  const loop = async () => {
    for await (const { value } of consumer) values.push(`${value}`)
  }
  return { consumer, values, events, ended: loop() }
}

/** What members have read, together. */
export function together(...members: Member[]): string[] {
  return members.flatMap(({ values }) => values).sort((a, b) => Number(a) - Number(b))
}
