import { RafkaError } from '../../src/index.ts'
import type { CommandContext } from '../context.ts'

/** For commands about the data directory itself. @throws RafkaError `INVALID_ARGUMENT` when `--brokers` was given */
export function refuseBrokers({ flags }: CommandContext): void {
  if (flags.brokers === undefined && flags.bootstrapServer === undefined) return
  throw new RafkaError('INVALID_ARGUMENT', 'this is about a data directory: --brokers has no place here', {
    details: { hint: 'name the directory with --data-dir' },
  })
}
