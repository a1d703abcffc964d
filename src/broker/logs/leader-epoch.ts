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
