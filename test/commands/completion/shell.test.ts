import { execFile, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { rafkaCommand, startRafka } from '../support/rafka-process.ts'
import { hasTerminals, TestTerminal } from '../support/terminal.ts'
import { useWorkbench } from '../support/with-directory.ts'

const bench = useWorkbench()
const run = promisify(execFile)

async function complete(...words: string[]): Promise<string[]> {
  const { code, out, err } = await startRafka(['__complete', '--', ...words], bench.env).finish()
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return out.split('\n').filter(Boolean)
}

/** Names come from a file that another process fills: asks until they are there. */
async function completeOnceKnown(...words: string[]): Promise<string[]> {
  for (;;) {
    const found = await complete(...words)
    if (found.length > 0) return found
  }
}

describe('__complete', () => {
  test('gives commands and flags with what they mean, and values', async () => {
    expect(await complete('to')).toEqual([expect.stringMatching(/^top\tWhat /), 'topics\tManage topics'])
    expect(await complete('topics', 'd')).toEqual([
      expect.stringMatching(/^delete\tDelete /),
      expect.stringMatching(/^describe\tPart/),
    ])
    expect(await complete('cluster', '')).toContain('config\tSee and change configs of the brokers')
    expect(await complete('topics', 'list', '--int')).toEqual(['--internal\tinternal topics too'])
    expect(await complete('topics', 'list', '--format', 'j')).toEqual(['json'])
    expect(await complete('nonsense', 'x')).toEqual([])
  })

  test('gives the names of topics and configs, and learns of those that come and go', async () => {
    await bench.run(['topics', 'create', 'orders', 'users'])
    expect(await completeOnceKnown('topics', 'describe', 'o')).toEqual(['orders'])
    expect(await complete('topics', 'alter', 'orders', '--set', 'retention.m')).toEqual(['retention.ms='])
    await bench.run(['topics', 'create', 'other'])
    await bench.run(['topics', 'delete', 'orders', '--yes'])
    expect(await complete('consume', 'o')).toEqual(['other'])
  })

  test('gives the names of profiles', async () => {
    await bench.run(['profile', 'create', 'prod', '-b', 'h:1'])
    expect(await complete('profile', 'use', '')).toEqual(['prod'])
    expect(await complete('topics', 'list', '--profile', 'p')).toEqual(['prod'])
  })

  test('waits for no broker, and says nothing of mistakes', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1')
    await new Promise((resolve) => silent.once('listening', resolve))
    const { port } = silent.address() as { port: number }
    expect(await complete('topics', 'describe', '-b', `127.0.0.1:${port}`, 'x')).toEqual([])
    silent.close()
    writeFileSync(join(bench.folder, 'broken.yaml'), 'storage: [')
    expect(await complete('topics', 'list', '--config', join(bench.folder, 'broken.yaml'), 'x')).toEqual([])
  })

  test('makes no data directory', async () => {
    expect(await complete('topics', 'describe', '')).toEqual([])
    expect(existsSync(bench.env.RAFKA_DATA_DIR!)).toBe(false)
    expect(readdirSync(bench.folder)).toEqual([])
  })
})

/** A shell that finds `rafka` on its path, as a user's does. */
async function inShell(shell: string, flags: readonly string[], script: string): Promise<string> {
  const file = join(bench.folder, 'rafka')
  writeFileSync(file, `#!/bin/sh\nexec ${rafkaCommand} "$@"\n`)
  chmodSync(file, 0o755)
  const env = { ...bench.env, PATH: [bench.folder, process.env.PATH].join(delimiter), TERM: 'dumb' }
  const { stdout, stderr } = await run(shell, [...flags, '-c', script], { env, cwd: bench.folder })
  expect(stderr).toBe('')
  return stdout
}

const has = (shell: string) => spawnSync(shell, ['--version']).status === 0

describe.each(['bash', 'zsh', 'fish'])('in %s', (shell) => {
  test.skipIf(!has(shell))(
    `the script is read without a word${has(shell) ? '' : ' (skipped: it is not installed)'}`,
    async () => {
      const source = shell === 'fish' ? 'rafka completion fish | source' : `source <(rafka completion ${shell})`
      const flags = { bash: ['--norc'], zsh: ['-f'], fish: ['--no-config'] }[shell]!
      expect(await inShell(shell, flags, source)).toBe('')
    },
  )
})

test('bash completes names, also behind an equals sign and a colon', async () => {
  const script = `
    source <(rafka completion bash)
    try() { COMP_LINE="$1" COMP_POINT=\${#1}; COMPREPLY=(); _rafka; echo "\${COMPREPLY[*]}"; }
    try 'rafka to'
    try 'rafka topics d'
    try 'rafka topics '
    try 'rafka topics list --format=js'
    try 'rafka topics list --format=js and more'
  `
  expect((await inShell('bash', ['--norc'], script)).split('\n')).toEqual([
    'top topics',
    'delete describe',
    expect.stringContaining('add-partitions'),
    'json',
    '',
    '',
  ])
})

test.skipIf(!has('fish'))('fish completes names', async () => {
  const script = 'rafka completion fish | source; complete -C "rafka topics d"; complete -C "rafka topics list --int"'
  expect(await inShell('fish', ['--no-config'], script)).toMatch(
    /^delete\tDelete .*\ndescribe\tPart.*\n--internal\tinternal topics too\n$/,
  )
})

test.skipIf(!has('zsh'))('zsh knows what completes rafka', async () => {
  expect(await inShell('zsh', ['-f'], 'source <(rafka completion zsh); echo $_comps[rafka]')).toBe('_rafka\n')
})

const prompt = '%'
const start = {
  bash: 'bash --norc -i',
  zsh: 'zsh -f',
  fish: 'fish --no-config',
} as const
const ready = {
  bash: `PS1='${prompt} '; source <(rafka completion bash); clear`,
  zsh: `PS1='${prompt}${prompt} '; source <(rafka completion zsh); clear`,
  fish: `function fish_prompt; echo -n '${prompt} '; end; rafka completion fish | source; clear`,
} as const

/** Shells that can be driven here. */
const driven = (['bash', 'zsh', 'fish'] as const).filter((shell) => hasTerminals && has(shell))

test.each(driven)('Tab in %s completes commands, names of topics, flags, configs and files', async (shell) => {
  await bench.run(['topics', 'create', 'orders', 'users'])
  await completeOnceKnown('topics', 'describe', 'o')
  writeFileSync(join(bench.folder, 'rafka'), `#!/bin/sh\nexec ${rafkaCommand} "$@"\n`)
  chmodSync(join(bench.folder, 'rafka'), 0o755)
  writeFileSync(join(bench.folder, 'lines.txt'), '')
  const terminal = await TestTerminal.open(bench.env)
  await terminal.type(`cd ${bench.folder}; export PATH=$PWD:$PATH; unset -f rafka; ${start[shell]}`)
  await terminal.type(ready[shell])
  await terminal.shows(/^% *$/m)
  const typed = (text: string) => terminal.shows(new RegExp(`^% ${text} ?$`, 'm'))
  await terminal.write('rafka topics d')
  await terminal.press('Tab')
  await typed('rafka topics de')
  await terminal.write('s')
  await terminal.press('Tab')
  await typed('rafka topics describe')
  await terminal.write('o')
  await terminal.press('Tab')
  await typed('rafka topics describe orders')
  await terminal.write('--form')
  await terminal.press('Tab')
  await typed('rafka topics describe orders --format')
  await terminal.write('y')
  await terminal.press('Tab')
  await typed('rafka topics describe orders --format yaml')
  await terminal.press('C-u')
  await terminal.write('rafka topics alter orders --set retention.m')
  await terminal.press('Tab')
  await typed('rafka topics alter orders --set retention.ms=')
  await terminal.press('C-u')
  await terminal.write('rafka produce users --file lin')
  await terminal.press('Tab')
  await typed('rafka produce users --file lines.txt')
})
