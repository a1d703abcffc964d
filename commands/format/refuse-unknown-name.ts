import { nearestName } from '../../config/nearest-name.ts'
import { wrongFormat } from './wrong-format.ts'

/** A format that is one plain word is meant as a name, and prints or reads nothing of a record. @throws RafkaError `INVALID_ARGUMENT` */
export function refuseUnknownName(flag: string, format: string, names: readonly string[]): void {
  if (!/^[\w-]+$/.test(format)) return
  const near = nearestName(format, names)
  const hint = near === undefined ? 'rafka help format' : `did you mean "${near}"?`
  throw wrongFormat(flag, `${JSON.stringify(format)} is none of ${names.join(', ')}, and has no verb`, hint)
}
