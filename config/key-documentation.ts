import { type ConfigKeyName, isConfigKey } from './config-keys.ts'
import { packageFile } from './package-file.ts'

const keyLine = /^( *)(?:# )?([a-z][a-z._-]*):( |$)/

/** What rafka.yaml says about each key: the comment above it, as one line of text. */
export function keyDocumentation(): Map<ConfigKeyName, string> {
  const documentation = new Map<ConfigKeyName, string>()
  let section = ''
  let comment: string[] = []
  for (const line of packageFile('config/rafka.yaml').split('\n')) {
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
