/**
 * How long a rebalance of 50 members over 200 partitions takes: from the first JoinGroup to the last answer to SyncGroup, over the loopback,
 * with `fsync` before the assignments are given out. When members hear of it, by their heartbeats, is not in it.
 *
 *     npm run build && npx tsx bench/groups.ts [KAFKA_HOST:PORT]
 */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { range } from '../src/client/groups/assignors/range.ts'
import { byTopic } from '../src/client/groups/topic-partitions.ts'
import type { Transport } from '../src/client/transport.ts'
import { tcpDialer } from '../src/client/transports/tcp-dialer.ts'
import { createTopics } from '../src/protocol/apis/create-topics.ts'
import { joinGroup } from '../src/protocol/apis/join-group.ts'
import { syncGroup } from '../src/protocol/apis/sync-group.ts'
import { decodeSubscription, encodeAssignment, encodeSubscription } from '../src/protocol/consumer-protocol.ts'
import { errorName } from '../src/protocol/error-codes.ts'
import { startBroker } from './processes.ts'

const memberCount = 50
const partitionCount = 200
const rounds = 10
const topic = `bench-${process.pid}`
const groupId = `bench-${randomUUID()}`

interface Member {
  readonly transport: Transport
  memberId: string
}

/** What members say changes with the round, so that each of them joins in earnest. */
function joinOnce({ transport, memberId }: Member, round: number) {
  const metadata = encodeSubscription({ topics: [topic], userData: Buffer.from([round]) })
  const request = joinGroup.request.create({
    groupId,
    memberId,
    sessionTimeoutMs: 30_000,
    rebalanceTimeoutMs: 30_000,
    protocolType: 'consumer',
    protocols: [{ name: range.name, metadata }],
  })
  return transport.request(joinGroup, request)
}

/** Joins and syncs; the leader assigns. */
async function takePart(member: Member, round: number): Promise<void> {
  const joined = await joinOnce(member, round)
  member.memberId = joined.memberId
  if (errorName(joined.errorCode) === 'MEMBER_ID_REQUIRED') return takePart(member, round)
  if (joined.errorCode !== 0) throw new Error(errorName(joined.errorCode))
  const readers = joined.members.map(({ memberId, groupInstanceId, metadata }) => {
    const { topics } = decodeSubscription(metadata)
    return { memberId, instanceId: groupInstanceId, topics, owned: [], generation: -1, userData: null }
  })
  const shares = range.assign(readers, new Map([[topic, partitionCount]]))
  const assignments = [...shares].map(([memberId, partitions]) => ({
    memberId,
    assignment: encodeAssignment({ assignedPartitions: byTopic(partitions) }),
  }))
  const request = syncGroup.request.create({
    groupId,
    memberId: joined.memberId,
    generationId: joined.generationId,
    protocolType: 'consumer',
    protocolName: range.name,
    assignments,
  })
  const synced = await member.transport.request(syncGroup, request)
  if (errorName(synced.errorCode) === 'REBALANCE_IN_PROGRESS') return takePart(member, round)
  if (synced.errorCode !== 0) throw new Error(errorName(synced.errorCode))
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now()
  await work()
  return performance.now() - startMs
}

async function measure(name: string, brokers: string): Promise<void> {
  const dialer = tcpDialer({ brokers: [brokers] })
  const members: Member[] = await Promise.all(
    Array.from({ length: memberCount }, async () => ({ transport: await dialer.dial('bootstrap'), memberId: '' })),
  )
  const wanted = { name: topic, numPartitions: partitionCount, replicationFactor: 1, assignments: [], configs: [] }
  await members[0]!.transport.request(
    createTopics,
    createTopics.request.create({ topics: [wanted], timeoutMs: 30_000 }),
  )
  const all = (round: number) => Promise.all(members.map((member) => takePart(member, round)))
  const first = await timed(() => all(0))
  const times: number[] = []
  for (let round = 1; round <= rounds; round++) times.push(await timed(() => all(round)))
  await Promise.all(members.map(({ transport }) => transport.close()))
  times.sort((a, b) => a - b)
  const [fastest, median, slowest] = [times[0]!, times[rounds / 2]!, times.at(-1)!].map((ms) => ms.toFixed(0))
  console.log(`${name}: first ${first.toFixed(0)} ms with the initial delay; then ${median} ms (${fastest}–${slowest})`)
}

const directory = await mkdtemp(join(tmpdir(), 'rafka-bench-'))
const broker = await startBroker(join(directory, 'data'))
try {
  console.log(`${memberCount} members, ${partitionCount} partitions, ${rounds} rebalances`)
  await measure('rafka', broker.brokers)
  if (process.argv[2] !== undefined) await measure('kafka', process.argv[2])
} finally {
  await broker.stop()
  await rm(directory, { recursive: true })
}
