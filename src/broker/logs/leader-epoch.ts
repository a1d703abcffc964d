import { RafkaError } from '../../core/errors.ts'

/** One node never elects another leader. */
export const LEADER_EPOCH = 0

/**
 * Checks the leader epoch that a client believes in; -1 means that it does not say (KIP-320).
 * @throws RafkaError `FENCED_LEADER_EPOCH` when it is older than ours, `UNKNOWN_LEADER_EPOCH` when it is newer
 */
export function assertLeaderEpoch(epoch: number): void {
  if (epoch === -1 || epoch === LEADER_EPOCH) return
  const code = epoch < LEADER_EPOCH ? 'FENCED_LEADER_EPOCH' : 'UNKNOWN_LEADER_EPOCH'
  throw new RafkaError(code, `the leader epoch is ${LEADER_EPOCH}; the request has ${epoch}`)
}

/**
 * Whether a reader has read beyond the end of the epoch that its last records were of, as it can after it followed another log (KIP-595).
 * @throws RafkaError `OFFSET_OUT_OF_RANGE` when there has been no such epoch
 */
export function hasDiverged(lastFetchedEpoch: number, fetchOffset: number, end: number): boolean {
  if (lastFetchedEpoch === LEADER_EPOCH) return fetchOffset > end
  throw new RafkaError(
    'OFFSET_OUT_OF_RANGE',
    `there has been no leader epoch ${lastFetchedEpoch}, only ${LEADER_EPOCH}`,
  )
}
