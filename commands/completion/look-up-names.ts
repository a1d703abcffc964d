import type { Config } from '../../config/load-config.ts'
import { type Rafka, RafkaError } from '../../src/index.ts'
import type { Io } from '../io.ts'
import { connectTo, openDirectory } from '../session.ts'
import { configOf } from './config-of-words.ts'
import { NamesFile } from './names-file.ts'

const REACH_MS = 2000

/** `rafka __look -- WORD...`: looks up the names that exist where the line would run, and keeps them for `__complete`. */
export async function lookUpNames(argv: readonly string[], io: Io): Promise<number> {
  const words = argv[0] === '--' ? argv.slice(1) : argv
  const config = await configOf(words, io)
  await using rafka = await reach(config)
  const admin = rafka.admin()
  const topics = (await admin.listTopics()).filter(({ internal }) => !internal).map(({ name }) => name)
  const [first] = topics
  const [groups, users, configs] = await Promise.all([
    admin.listGroups().catch(() => []),
    admin.describeUsers().catch(() => []),
    first === undefined ? [] : admin.describeConfigs({ type: 'topic', name: first }).catch(() => []),
  ])
  new NamesFile(io.env, config).write({
    topics: topics.sort(),
    groups: groups.map(({ group }) => group),
    users: users.map(({ user }) => user),
    configs: configs.map(({ name }) => name),
  })
  return 0
}

async function reach(config: Config): Promise<Rafka> {
  const brokers = config.get('brokers') ?? []
  return brokers.length > 0 ? await connectTo(config, refuseToAsk, REACH_MS) : await openDirectory(config)
}

/** Nobody sees what runs in the background. */
async function refuseToAsk(username: string): Promise<never> {
  throw new RafkaError('CANCELLED', `nobody can be asked for the password of ${username}`)
}
