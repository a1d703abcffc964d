import { nearestName } from '../config/nearest-name.ts'
import { isRafkaError, type RafkaError } from '../src/index.ts'
import type { Session } from './session.ts'

const hints: ReadonlyMap<string, string> = new Map([
  ['BROKER_UNREACHABLE', 'is it running, and is the address right? Without --brokers the data directory is used'],
  ['TLS_FAILED', 'rafka config show security tls tells what is set'],
  [
    'SASL_AUTHENTICATION_FAILED',
    'are sasl.username and its password right? rafka config show sasl tells where they are set',
  ],
  ['UNSUPPORTED_SASL_MECHANISM', '-X sasl.mechanism=… names another one'],
  ['ILLEGAL_SASL_STATE', 'rafka config show security sasl tells what is set, with sasl.username'],
  ['DATA_DIRECTORY_IN_USE', 'rafka broker status tells who serves it; --data-dir names another'],
  ['DATA_DIRECTORY_UNUSABLE', 'name another with --data-dir DIR or RAFKA_DATA_DIR'],
  ['LISTENER_UNUSABLE', '--port N listens elsewhere; --port 0 takes any free port'],
  ['STORAGE_CORRUPT', 'rafka storage verify tells what is damaged; with --repair it keeps what is whole'],
  ['STORAGE_VERSION_UNSUPPORTED', 'update rafka, or name another data directory with --data-dir'],
  ['TOPIC_ALREADY_EXISTS', 'rafka topics describe shows it; --if-not-exists leaves it as it is'],
  ['NON_EMPTY_GROUP', 'rafka groups describe shows its members; end them first'],
  ['INVALID_TOPIC_EXCEPTION', 'letters, digits, ".", "_" and "-" make a name, at most 249'],
])

/** What to do about an error, in a few words: what the error itself knows, a name that is near, or what its code suggests. */
export async function hintFor(error: unknown, session: Session | undefined): Promise<string | undefined> {
  if (!isRafkaError(error)) return undefined
  if (typeof error.details.hint === 'string') return error.details.hint
  if (error.code === 'UNKNOWN_TOPIC_OR_PARTITION') return await nearTopic(error, session)
  if (error.code === 'GROUP_ID_NOT_FOUND') return await nearGroup(error, session)
  if (error.code === 'INVALID_CONFIG') return await nearConfig(error, session)
  if (error.code === 'RESOURCE_NOT_FOUND')
    return typeof error.details.user === 'string' ? 'rafka users list' : undefined
  if (error.code === 'LISTENER_UNUSABLE') return isAboutPort(error) ? hints.get(error.code) : undefined
  return hints.get(error.code)
}

/** Where the host is wrong, no other port would help. */
function isAboutPort({ details }: RafkaError): boolean {
  return details.reason === 'EADDRINUSE' || details.reason === 'EACCES'
}

async function nearTopic(error: RafkaError, session: Session | undefined): Promise<string> {
  const wanted = error.details.topic
  const topics = await session?.rafka
    .admin()
    .listTopics()
    .catch(() => [])
  if (typeof wanted !== 'string' || topics === undefined) return 'rafka topics list'
  const names = topics.map((topic) => topic.name)
  if (names.includes(wanted)) return `rafka topics describe ${wanted}`
  const near = nearestName(wanted, names)
  return near === undefined ? 'rafka topics list' : `did you mean "${near}"?  rafka topics list`
}

async function nearGroup(error: RafkaError, session: Session | undefined): Promise<string> {
  const wanted = error.details.group
  const groups = await session?.rafka
    .admin()
    .listGroups()
    .catch(() => [])
  const names = groups?.map(({ group }) => group) ?? []
  const near = typeof wanted === 'string' ? nearestName(wanted, names) : undefined
  return near === undefined || near === wanted ? 'rafka groups list' : `did you mean "${near}"?  rafka groups list`
}

/** Any topic knows all the names of configs; where there is none yet, nothing is suggested. */
async function nearConfig({ message }: RafkaError, session: Session | undefined): Promise<string | undefined> {
  // As Rafka says it, and as Kafka does.
  const wanted = /unknown (?:config "|topic config name: )([\w.-]{1,200})/i.exec(message)?.[1]
  const admin = session?.rafka.admin()
  if (wanted === undefined || admin === undefined) return undefined
  const [topic] = await admin.listTopics().catch(() => [])
  if (topic === undefined) return undefined
  const configs = await admin.describeConfigs({ type: 'topic', name: topic.name }).catch(() => [])
  const near = nearestName(
    wanted,
    configs.map(({ name }) => name),
  )
  return near === undefined ? undefined : `did you mean "${near}"?`
}
