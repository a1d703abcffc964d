import { RafkaError } from '../../src/index.ts'
import type { CommandContext } from '../context.ts'
import { compileMatcher } from './filter/text-matcher.ts'

/** What regular expressions name. */
export interface SelectedTopics {
  /** Those that are there, in order, without internal ones. */
  readonly topics: readonly string[]
  readonly matching: (topic: string) => boolean
}

/**
 * The topics that regular expressions name, each as a whole.
 * @param follows whether topics that come into being later are read too, so that there may be none yet
 * @throws RafkaError `INVALID_ARGUMENT`, `UNKNOWN_TOPIC_OR_PARTITION` when there is none
 */
export async function selectTopics(
  context: CommandContext,
  patterns: readonly string[],
  follows: boolean,
): Promise<SelectedTopics> {
  const matchers = patterns.map((pattern) => compileMatcher('--regex', `^(?:${pattern})$`))
  const matching = (name: string) => {
    const bytes = Buffer.from(name)
    return matchers.some((matches) => matches(bytes, 0, bytes.length))
  }
  const { rafka } = await context.session()
  const listed = await rafka.admin().listTopics()
  const topics = listed.filter(({ name, internal }) => !internal && matching(name)).map(({ name }) => name)
  if (topics.length > 0) return { topics: topics.sort(), matching }
  const shown = patterns.map((pattern) => JSON.stringify(pattern)).join(' or ')
  if (!follows) throw new RafkaError('UNKNOWN_TOPIC_OR_PARTITION', `no topic matches ${shown}`)
  context.terminal.note(`waiting for a topic that matches ${shown}… Ctrl-C to stop`)
  return { topics, matching }
}
