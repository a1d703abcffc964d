import { RafkaError } from '../../src/index.ts'
import type { CommandContext } from '../context.ts'
import { compileMatcher } from './filter/text-matcher.ts'

/**
 * The topics that regular expressions name, each as a whole, in order; without internal ones. Topics that come into being later are not among
 * them. @throws RafkaError `INVALID_ARGUMENT`, `UNKNOWN_TOPIC_OR_PARTITION` when there is none
 */
export async function selectTopics(context: CommandContext, patterns: readonly string[]): Promise<string[]> {
  const matchers = patterns.map((pattern) => compileMatcher('--regex', `^(?:${pattern})$`))
  const { rafka } = await context.session()
  const topics = await rafka.admin().listTopics()
  const found = topics
    .filter(({ name, internal }) => !internal && matchers.some((matches) => matches(Buffer.from(name), 0, name.length)))
    .map(({ name }) => name)
    .sort()
  if (found.length > 0) return found
  const shown = patterns.map((pattern) => JSON.stringify(pattern)).join(' or ')
  throw new RafkaError('UNKNOWN_TOPIC_OR_PARTITION', `no topic matches ${shown}`)
}
