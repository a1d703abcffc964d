import type { SaslMechanism } from '../../core/sasl.ts'
import { formatPlain } from '../../sasl/plain-message.ts'
import { ScramConversation } from './scram-conversation.ts'

/** A client's side of one mechanism, message by message. */
export interface SaslConversation {
  /**
   * What to send after what came, which is empty at first; undefined: all is said.
   * @throws RafkaError `SASL_AUTHENTICATION_FAILED` when the other side is not one to go on with
   */
  step(answer: Buffer): Promise<Buffer | undefined>
}

/** Begins to prove that this is `username`. */
export function converse(mechanism: SaslMechanism, username: string, password: string): SaslConversation {
  return mechanism === 'PLAIN' ? plain(username, password) : new ScramConversation(mechanism, username, password)
}

/** One message, and an answer that says nothing (RFC 4616). */
function plain(username: string, password: string): SaslConversation {
  let isSaid = false
  return {
    async step() {
      if (isSaid) return undefined
      isSaid = true
      return formatPlain(username, password)
    },
  }
}
