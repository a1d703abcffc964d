import { readFile } from 'node:fs/promises'
import type { ConfigKeyName } from '../config/config-keys.ts'
import { fileReason } from '../config/file-reason.ts'
import { RafkaError } from '../src/index.ts'

/** A file that the configuration names. @throws RafkaError `INVALID_CONFIGURATION`, naming the key, when it cannot be read */
export async function configuredFile(key: ConfigKeyName, file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (cause) {
    throw new RafkaError('INVALID_CONFIGURATION', `${key}: ${file} cannot be read: ${fileReason(cause)}`, {
      cause,
      details: { key, file },
    })
  }
}

/** The first line, without its end: where files keep passwords. */
export function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0] ?? ''
}
