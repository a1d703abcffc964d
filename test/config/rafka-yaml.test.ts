import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { configKeyNames, configKeys } from '../../config/config-keys.ts'
import { loadConfig } from '../../config/load-config.ts'
import { brokerConfigs } from '../../src/broker/configs/broker-configs.ts'

const file = fileURLToPath(new URL('../../config/rafka.yaml', import.meta.url))
const text = readFileSync(file, 'utf8')

test('rafka.yaml is a valid configuration that changes nothing', async () => {
  const documented = await loadConfig({ cwd: '/', env: {}, file })
  const nothing = await loadConfig({ cwd: '/', env: {}, file: 'none' })
  for (const name of configKeyNames) expect(documented.get(name), name).toEqual(nothing.get(name))
})

test('rafka.yaml has every key, set to its default or commented out where there is none', async () => {
  const documented = await loadConfig({ cwd: '/', env: {}, file })
  for (const name of configKeyNames) {
    if (configKeys[name].defaultText !== undefined) expect(documented.origin(name).from, name).toBe('file')
    else expect(text, name).toMatch(new RegExp(`^ *# ${name.slice(name.indexOf('.') + 1)}: `, 'm'))
  }
})

test('each key in rafka.yaml has a comment above it', () => {
  const lines = text.split('\n')
  const undocumented = lines.filter((line, at) => {
    const isKey = /^ *(# )?[a-z][a-z._-]*: \S/.test(line)
    return isKey && !/^ *#/.test(lines[at - 1]!)
  })
  expect(undocumented).toEqual([])
})

test('the section broker has the settings of the broker, with the same defaults', () => {
  // What a broker states of itself cannot be set.
  const stated = ['advertised.listeners', 'process.roles']
  const kept = /throttled\.rate$|io\.max\.bytes/ // for tools that set and delete it, and without effect
  const settable = brokerConfigs.filter(({ name }) => !stated.includes(name) && !kept.test(name))
  const documented = configKeyNames
    .filter((name) => name.startsWith('broker.'))
    .map((name) => name.slice('broker.'.length))
  expect(documented.sort()).toEqual(settable.map(({ name }) => name).sort())
  for (const { name, defaultValue } of settable) {
    const { kind, defaultText } = configKeys[`broker.${name}` as 'broker.num.partitions']
    const ours = kind.read(defaultText, '/')
    // Java's largest long cannot be held; both sides take it for "no limit".
    const same = ours === String(Math.min(Number(defaultValue), Number.MAX_SAFE_INTEGER)) || ours === defaultValue
    expect(same, `${name}: ${ours} here, ${defaultValue} in the broker`).toBe(true)
  }
})
