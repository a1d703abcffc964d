import type { ScramCredential, ScramMechanism } from '../../core/sasl.ts'
import { isPasswordOf } from '../../sasl/scram-keys.ts'

/** Checks passwords one after the other: each costs milliseconds of a thread that others need too, and whoever tries many must not take them all. */
export class PasswordChecks {
  #last: Promise<unknown> = Promise.resolve()

  isPasswordOf(mechanism: ScramMechanism, credential: ScramCredential, password: string): Promise<boolean> {
    const check = this.#last.then(() => isPasswordOf(mechanism, credential, password))
    this.#last = check.catch(() => {})
    return check
  }
}
