import { malformed, unencodable } from './codec-errors.ts'
import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

/** How the length of a string, bytes or array is written. -1 stands for null. */
export interface LengthForm {
  /** Fewest bytes that it takes. */
  readonly minBytes: number
  /** @throws RafkaError `MALFORMED_MESSAGE` below -1 */
  read(reader: Reader): number
  write(writer: Writer, length: number): void
}

/** Strings before flexible versions: two bytes. */
export const int16Length: LengthForm = {
  minBytes: 2,
  read: (reader) => checked(reader.int16()),
  write(writer, length) {
    if (length > 0x7fff) throw unencodable('string in the form with at most 32767 bytes', length)
    writer.int16(length)
  },
}

/** Bytes and arrays before flexible versions: four bytes. */
export const int32Length: LengthForm = {
  minBytes: 4,
  read: (reader) => checked(reader.int32()),
  write: (writer, length) => writer.int32(length),
}

/** The compact form of flexible versions (KIP-482): a varint of length + 1, 0 for null. */
export const compactLength: LengthForm = {
  minBytes: 1,
  read: (reader) => reader.unsignedVarint() - 1,
  write: (writer, length) => writer.unsignedVarint(length + 1),
}

function checked(length: number): number {
  if (length < -1) throw malformed(`length ${length} is negative`)
  return length
}
