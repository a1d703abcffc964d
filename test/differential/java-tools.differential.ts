import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, onTestFinished } from 'vitest'
import { samePrinted } from './java-tools.ts'

const lines = ['k1:v1', 'k2:v2', 'k3:v3', 'k1:v4']
const keyed = ['--reader-property', 'parse.key=true', '--reader-property', 'key.separator=:']
/** A file for the tools that want one. */
async function fileWith(document: object): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'java-tools-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const path = join(directory, 'input.json')
  await writeFile(path, JSON.stringify(document))
  return path
}

describe("Java's tools print the same:", () => {
  samePrinted('topics and configs', async ({ tool, run }) => {
    const topic = `jt-${run}`
    const about = ['--entity-type', 'topics', '--entity-name', topic]
    await tool('topics', '--create', '--topic', topic, '--partitions', '3', '--config', 'retention.ms=3600000')
    await tool('topics', '--create', '--topic', topic)
    await tool('topics', '--create', '--topic', topic, '--if-not-exists')
    await tool('topics', '--create', '--topic', `${topic}-r`, '--replication-factor', '3')
    await tool('topics', '--create', '--topic', `${topic}-c`, '--config', 'no.such=1')
    await tool('topics', '--create', '--topic', `${topic}-a`, '--replica-assignment', '1,1')
    await tool('topics', '--describe', '--topic', topic, '--exclude-internal')
    await tool('topics', '--alter', '--topic', topic, '--partitions', '5')
    await tool('topics', '--alter', '--topic', topic, '--partitions', '2')
    await tool('topics', '--describe', '--under-replicated-partitions', '--topic', topic)
    await tool('topics', '--describe', '--topic', `${topic}-no`)
    await tool('topics', '--list', '--topic', `${topic}.*`)
    await tool('topics', '--delete', '--topic', `${topic}-a`)
    await tool('topics', '--delete', '--topic', `${topic}-no`)
    await tool('configs', ...about, '--alter', '--add-config', 'segment.ms=60000,cleanup.policy=[compact,delete]')
    await tool('configs', ...about, '--describe')
    await tool('configs', ...about, '--alter', '--delete-config', 'segment.ms,cleanup.policy')
    await tool('configs', ...about, '--alter', '--add-config', 'no.such=1')
    await tool('configs', ...about, '--describe')
    await tool('configs', '--entity-type', 'topics', '--entity-name', `${topic}-no`, '--describe')
    const broker = ['--entity-type', 'brokers', '--entity-name', '1']
    await tool('configs', ...broker, '--alter', '--add-config', 'log.retention.ms=70000000')
    await tool('configs', ...broker, '--alter', '--delete-config', 'log.retention.ms')
    const group = ['--entity-type', 'groups', '--entity-name', `g-${run}`]
    await tool('configs', ...group, '--describe')
    await tool('configs', ...group, '--alter', '--add-config', 'consumer.session.timeout.ms=50000')
    await tool('configs', ...group, '--alter', '--add-config', 'consumer.session.timeout.ms=1')
    await tool('configs', ...group, '--describe')
    await tool('configs', ...group, '--alter', '--delete-config', 'consumer.session.timeout.ms')
    await tool('configs', '--entity-type', 'client-metrics', '--describe')
  })

  samePrinted('records, offsets and groups without members', async ({ tool, feed, run }) => {
    const topic = `jr-${run}`
    const [classic, consumer] = [`${topic}-classic`, `${topic}-consumer`]
    await tool('topics', '--create', '--topic', topic, '--partitions', '3')
    await feed(lines, 'console-producer', '--topic', topic, ...keyed)
    await feed(lines, 'console-producer', '--topic', topic, '--compression-codec', 'zstd', '--sync', ...keyed)
    const read = ['console-consumer', '--topic', topic, '--from-beginning', '--timeout-ms', '15000'] as const
    for (const [group, protocol] of [
      [classic, 'classic'],
      [consumer, 'consumer'],
    ] as const) {
      const properties = ['--group', group, '--command-property', `group.protocol=${protocol}`]
      await tool(...read, '--max-messages', '8', '--formatter-property', 'print.key=true', ...properties)
      const describe = ['groups', '--describe', '--group', group] as const
      await tool(...describe)
      await tool(...describe, '--state')
      await tool(...describe, '--members', '--verbose')
    }
    const reset = ['groups', '--reset-offsets', '--group', classic] as const
    await tool(...reset, '--topic', topic, '--to-earliest', '--dry-run')
    await tool(...reset, '--topic', topic, '--to-earliest', '--execute')
    await tool(...reset, '--topic', `${topic}:0`, '--shift-by', '1', '--execute')
    await tool(...reset, '--all-topics', '--to-datetime', '2020-01-01T00:00:00.000', '--execute')
    await tool('groups', '--reset-offsets', '--group', `${topic}-new`, '--topic', topic, '--to-latest', '--execute')
    await tool('groups', '--delete-offsets', '--group', classic, '--topic', `${topic}:0`)
    await tool('groups', '--delete-offsets', '--group', `${topic}-no`, '--topic', topic)
    await tool('groups', '--describe', '--group', classic)
    await tool('groups', '--delete', '--group', classic)
    await tool('groups', '--delete', '--group', `${topic}-no`)
    await tool('groups', '--describe', '--group', classic)
    for (const time of [
      '-1',
      '-2',
      'max-timestamp',
      'latest-tiered',
      'earliest-local',
      'earliest-pending-upload',
      '1',
    ]) {
      await tool('get-offsets', '--topic', topic, '--time', time)
    }
    await tool('log-dirs', '--describe', '--topic-list', topic)
    const place = { topic, partition: 0 }
    const records = await fileWith({ partitions: [{ ...place, offset: 1 }], version: 1 })
    await tool('delete-records', '--offset-json-file', records)
    await tool('get-offsets', '--topic', topic, '--time', 'earliest')
    await tool('leader-election', '--election-type', 'preferred', '--topic', topic, '--partition', '0')
    await tool('leader-election', '--election-type', 'unclean', '--topic', topic, '--partition', '0')
    const topics = await fileWith({ topics: [{ topic }], version: 1 })
    await tool('reassign', '--generate', '--topics-to-move-json-file', topics, '--broker-list', '1')
    const plan = await fileWith({ partitions: [{ ...place, replicas: [1] }], version: 1 })
    for (const what of ['--execute', '--verify']) await tool('reassign', what, '--reassignment-json-file', plan)
    await tool('reassign', '--list')
  })

  samePrinted('groups with members', async ({ tool, toolUntil, start, run }) => {
    const topic = `jm-${run}`
    await tool('topics', '--create', '--topic', topic, '--partitions', '3')
    for (const protocol of ['classic', 'consumer']) {
      const group = `${topic}-${protocol}`
      const settings = [`group.protocol=${protocol}`, 'client.id=c'].flatMap((each) => ['--command-property', each])
      start('console-consumer', '--topic', topic, '--group', group, ...settings)
      // The members commit every five seconds.
      await toolUntil(/ 2 +0 +0 +0 /, 'groups', '--describe', '--group', group)
      await tool('groups', '--describe', '--group', group, '--state')
      await tool('groups', '--describe', '--group', group, '--members', '--verbose')
      await tool('groups', '--describe', '--group', group, '--offsets', '--verbose')
      await tool('groups', '--delete', '--group', group)
      await tool('groups', '--delete-offsets', '--group', group, '--topic', topic)
      await tool('groups', '--reset-offsets', '--group', group, '--topic', topic, '--to-latest', '--execute')
    }
  })

  samePrinted('transactions', async ({ tool, quietly, run }) => {
    const topic = `jx-${run}`
    const id = `${topic}-id`
    await quietly('topics', '--create', '--topic', topic)
    const amount = ['--num-records', '500', '--record-size', '100', '--throughput', '-1']
    const producer = ['--transactional-id', id, '--transaction-duration-ms', '50']
    await quietly(
      'producer-perf',
      '--topic',
      topic,
      ...amount,
      ...producer,
      '--producer-props',
      'bootstrap.servers=BROKERS',
    )
    const committed = ['--isolation-level', 'read_committed', '--from-beginning', '--timeout-ms', '5000']
    await tool('console-consumer', '--topic', topic, ...committed, '--formatter-property', 'print.value=false')
    await tool('transactions', 'describe', '--transactional-id', `${id}-no`)
    await tool('transactions', 'find-hanging', '--topic', topic)
    await tool('transactions', 'list', '--transactional-id-pattern', `${id}-?`)
  })

  samePrinted('what others verify with', async ({ tool, quietly, run }) => {
    const topic = `jv-${run}`
    await quietly('topics', '--create', '--topic', topic)
    await tool('verifiable-producer', '--topic', topic, '--max-messages', '20', '--throughput', '1000')
    for (const protocol of ['classic', 'consumer']) {
      const group = ['--group-id', `${topic}-${protocol}`, '--group-protocol', protocol]
      await quietly(
        'verifiable-consumer',
        '--topic',
        topic,
        '--max-messages',
        '20',
        '--reset-policy',
        'earliest',
        ...group,
      )
      await tool('groups', '--describe', '--group', `${topic}-${protocol}`)
    }
    await tool('share-groups', '--list')
    await tool('java', 'org.apache.kafka.tools.streams.StreamsGroupCommand', '--list')
    await tool('java', 'org.apache.kafka.tools.ClientMetricsCommand', '--list')
    await tool('java', 'org.apache.kafka.tools.ClusterTool', 'list-endpoints', '--bootstrap-server', 'BROKERS')
  })
})
