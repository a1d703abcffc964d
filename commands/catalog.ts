import type { AnyCommand } from './command.ts'

/** A command by name: loaded when it is called, so that no command pays for another. */
export interface CatalogEntry {
  readonly path: readonly string[]
  readonly summary: string
  load(): Promise<AnyCommand>
}

/** What `rafka` alone runs. */
export const replEntry: CatalogEntry = {
  path: ['repl'],
  summary: 'Ask for command lines, or run a script of them',
  load: async () => (await import('./repl/repl.ts')).repl,
}

/** Every command, in the order of the help. */
export const catalog: readonly CatalogEntry[] = [
  {
    path: ['produce'],
    summary: 'Send records: lines of stdin, files, or values',
    load: async () => (await import('./produce/produce.ts')).produce,
  },
  {
    path: ['consume'],
    summary: 'Read records; follows until Ctrl-C',
    load: async () => (await import('./consume/consume.ts')).consume,
  },
  {
    path: ['tail'],
    summary: 'Follow topics from their last 10 records',
    load: async () => (await import('./consume/consume.ts')).tail,
  },
  {
    path: ['sql'],
    summary: 'Ask in SQL: topics are tables',
    load: async () => (await import('./sql/sql.ts')).sql,
  },
  {
    path: ['topics', 'list'],
    summary: 'Topics and what they hold',
    load: async () => (await import('./topics/list.ts')).listTopics,
  },
  {
    path: ['topics', 'create'],
    summary: 'Create topics',
    load: async () => (await import('./topics/create.ts')).createTopics,
  },
  {
    path: ['topics', 'describe'],
    summary: 'Partitions, offsets and configs of topics',
    load: async () => (await import('./topics/describe.ts')).describeTopics,
  },
  {
    path: ['topics', 'alter'],
    summary: 'Change configs of topics',
    load: async () => (await import('./topics/alter.ts')).alterTopics,
  },
  {
    path: ['topics', 'delete'],
    summary: 'Delete topics with all their records',
    load: async () => (await import('./topics/delete.ts')).deleteTopics,
  },
  {
    path: ['topics', 'trim'],
    summary: 'Remove the oldest records of a topic',
    load: async () => (await import('./topics/trim.ts')).trimTopic,
  },
  {
    path: ['topics', 'add-partitions'],
    summary: 'Give topics more partitions',
    load: async () => (await import('./topics/add-partitions.ts')).addPartitions,
  },
  {
    path: ['topics', 'copy'],
    summary: 'Copy records to another topic, also elsewhere',
    load: async () => (await import('./topics/copy.ts')).copyTopic,
  },
  {
    path: ['groups', 'list'],
    summary: 'Groups and their states',
    load: async () => (await import('./groups/list.ts')).listGroups,
  },
  {
    path: ['groups', 'describe'],
    summary: 'Members, offsets and lag of groups',
    load: async () => (await import('./groups/describe.ts')).describeGroups,
  },
  {
    path: ['groups', 'seek'],
    summary: 'Say where a group goes on',
    load: async () => (await import('./groups/seek.ts')).seekGroup,
  },
  {
    path: ['groups', 'delete'],
    summary: 'Delete groups with their offsets',
    load: async () => (await import('./groups/delete.ts')).deleteGroups,
  },
  {
    path: ['groups', 'delete-offsets'],
    summary: 'Forget what a group has read of a topic',
    load: async () => (await import('./groups/delete-offsets.ts')).deleteOffsets,
  },
  {
    path: ['users', 'list'],
    summary: 'Users and how they log in',
    load: async () => (await import('./users/list.ts')).listUsers,
  },
  {
    path: ['users', 'create'],
    summary: 'Create a user who may log in',
    load: async () => (await import('./users/create.ts')).createUser,
  },
  {
    path: ['users', 'alter'],
    summary: 'Change the password of a user',
    load: async () => (await import('./users/alter.ts')).alterUser,
  },
  {
    path: ['users', 'delete'],
    summary: 'Delete users',
    load: async () => (await import('./users/delete.ts')).deleteUsers,
  },
  {
    path: ['top'],
    summary: 'What comes into topics, and what groups read, live',
    load: async () => (await import('./top/top.ts')).top,
  },
  {
    path: ['cluster', 'info'],
    summary: 'Brokers of the cluster',
    load: async () => (await import('./cluster/info.ts')).clusterInfo,
  },
  {
    path: ['cluster', 'health'],
    summary: 'Whether every partition has its leader and replicas',
    load: async () => (await import('./cluster/health.ts')).clusterHealth,
  },
  {
    path: ['cluster', 'config', 'list'],
    summary: 'Configs of the brokers',
    load: async () => (await import('./cluster/config-list.ts')).listClusterConfigs,
  },
  {
    path: ['cluster', 'config', 'get'],
    summary: 'Some configs of the brokers',
    load: async () => (await import('./cluster/config-list.ts')).getClusterConfig,
  },
  {
    path: ['cluster', 'config', 'set'],
    summary: 'Change configs of the brokers',
    load: async () => (await import('./cluster/config-set.ts')).setClusterConfig,
  },
  {
    path: ['broker', 'start'],
    summary: 'Serve the data directory to Kafka clients',
    load: async () => (await import('./broker/start.ts')).startBroker,
  },
  {
    path: ['broker', 'run'],
    summary: 'Run a command beside a broker in memory',
    load: async () => (await import('./broker/run.ts')).runWithBroker,
  },
  {
    path: ['broker', 'status'],
    summary: 'Who serves the data directory',
    load: async () => (await import('./broker/status.ts')).brokerStatus,
  },
  {
    path: ['broker', 'stop'],
    summary: 'Stop the broker of the data directory',
    load: async () => (await import('./broker/stop.ts')).stopBroker,
  },
  {
    path: ['storage', 'inspect'],
    summary: 'What is stored, partition by partition',
    load: async () => (await import('./storage/inspect.ts')).inspectStorage,
  },
  {
    path: ['storage', 'dump'],
    summary: 'The header of every batch that is stored',
    load: async () => (await import('./storage/dump.ts')).dumpStorage,
  },
  {
    path: ['storage', 'verify'],
    summary: 'Look for damage in the data directory',
    load: async () => (await import('./storage/verify.ts')).verifyStore,
  },
  {
    path: ['storage', 'compact'],
    summary: 'Keep the last record of each key, now',
    load: async () => (await import('./storage/compact.ts')).compactStorage,
  },
  {
    path: ['config', 'show'],
    summary: 'Every setting in force and where it comes from',
    load: async () => (await import('./config/show.ts')).showConfig,
  },
  {
    path: ['config', 'check'],
    summary: 'Look for mistakes in the configuration',
    load: async () => (await import('./config/check.ts')).checkConfig,
  },
  replEntry,
  {
    path: ['profile', 'list'],
    summary: 'Profiles: brokers and settings under a name',
    load: async () => (await import('./profile/list.ts')).listProfiles,
  },
  {
    path: ['profile', 'create'],
    summary: 'Give settings a name',
    load: async () => (await import('./profile/create.ts')).createProfile,
  },
  {
    path: ['profile', 'use'],
    summary: 'Choose the profile that is used from now on',
    load: async () => (await import('./profile/use.ts')).useProfile,
  },
  {
    path: ['profile', 'show'],
    summary: 'What a profile sets',
    load: async () => (await import('./profile/show.ts')).showProfile,
  },
  {
    path: ['profile', 'edit'],
    summary: 'Change profiles in an editor',
    load: async () => (await import('./profile/edit.ts')).editProfiles,
  },
  {
    path: ['profile', 'delete'],
    summary: 'Delete profiles',
    load: async () => (await import('./profile/delete.ts')).deleteProfile,
  },
  {
    path: ['profile', 'rename'],
    summary: 'Give a profile another name',
    load: async () => (await import('./profile/rename.ts')).renameProfile,
  },
  {
    path: ['profile', 'prompt'],
    summary: 'The profile in use, for the prompt of a shell',
    load: async () => (await import('./profile/prompt.ts')).promptProfile,
  },
  {
    path: ['bench', 'produce'],
    summary: 'How fast records are taken',
    load: async () => (await import('./bench/produce.ts')).benchProduce,
  },
  {
    path: ['bench', 'consume'],
    summary: 'How fast records are read',
    load: async () => (await import('./bench/consume.ts')).benchConsume,
  },
  {
    path: ['demo'],
    summary: 'A broker, a producer, a consumer and a hook at work',
    load: async () => (await import('./demo.ts')).demo,
  },
  {
    path: ['completion'],
    summary: 'Completion for bash, zsh and fish',
    load: async () => (await import('./completion/completion.ts')).completion,
  },
  {
    path: ['version'],
    summary: 'Versions of Rafka and Node',
    load: async () => (await import('./version.ts')).version,
  },
]

/** What a group of commands is about. */
export const groupSummaries: ReadonlyMap<string, string> = new Map([
  ['topics', 'Manage topics'],
  ['groups', 'Manage consumer groups'],
  ['users', 'Manage who may log in'],
  ['cluster', 'See and set up the cluster'],
  ['cluster config', 'See and change configs of the brokers'],
  ['broker', 'Run the broker'],
  ['storage', 'Look after the data directory'],
  ['bench', 'Measure a broker'],
  ['config', 'See and check the configuration'],
  ['profile', 'Name brokers and settings, and choose among them'],
])

/** What a command, or a group of commands, is about; empty where there is none. */
export function summaryOf(path: readonly string[]): string {
  const name = path.join(' ')
  const entry = catalog.find((one) => one.path.join(' ') === name)
  return entry?.summary ?? groupSummaries.get(name) ?? ''
}
