import type { TopicSettings } from '../configs/config-values.ts'

/** What a batch may inflate to, as a multiple of `max.message.bytes`: more is a bomb. */
const MAX_RATIO = 16
const LEAST_BYTES = 32 * 2 ** 20

/** Bytes that a compressed batch of a topic may inflate to where the broker must look inside. */
export function inflateBound({ maxMessageBytes }: TopicSettings): number {
  return Math.max(maxMessageBytes * MAX_RATIO, LEAST_BYTES)
}
