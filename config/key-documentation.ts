import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type ConfigKeyName, isConfigKey } from './config-keys.ts'

const keyLine = /^( *)(?:# )?([a-z][a-z._-]*):( |$)/

/** What rafka.yaml says about each key: the comment above it, as one line of text. */
export function keyDocumentation(): Map<ConfigKeyName, string> {
  // The package's own name finds its files both from the sources and from what is built of them.
  const file = join(dirname(createRequire(import.meta.url).resolve('rafka/package.json')), 'config', 'rafka.yaml')
  const documentation = new Map<ConfigKeyName, string>()
  let section = ''
  let comment: string[] = []
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [, indent = '', name = ''] = keyLine.exec(line) ?? []
    const key = indent === '' ? name : `${section}.${name}`
    if (isConfigKey(key)) documentation.set(key, comment.join(' '))
    else if (line.startsWith(`${indent}#`) || /^ *#/.test(line)) {
      comment.push(line.replace(/^ *# ?/, '').trim())
      continue
    } else if (name !== '' && indent === '') section = name
    comment = []
  }
  return documentation
}
