/**
 * Records a session of the REPL: types into the real program on a real terminal (tmux), as a person would, and writes what the terminal shows to
 * docs/recording.txt and, between its marks, to README.md. Needs `npm run build` and tmux.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'

const LOOK_EVERY_MS = 50
const GIVE_UP_AFTER_MS = 15_000

/** What is typed, and what the terminal shows before the next line is. */
const steps: ReadonlyArray<{ readonly type: string; readonly until: RegExp }> = [
  { type: 'rafka', until: /^rafka local>$/m },
  { type: 'topics create orders -p 2', until: /created orders[\s\S]*local>$/ },
  { type: 'use orders', until: /local\/orders>$/ },
  { type: 'produce -k ann {"item": "tea", "total": 3}', until: /produced 1 [\s\S]*>$/ },
  { type: 'produce -k bob {"item": "coffee", "total": 4}', until: /coffee[\s\S]*produced 1 [\s\S]*>$/ },
  { type: 'consme -e', until: /did you mean[\s\S]*>$/ },
  { type: 'consume -e', until: /reached end[\s\S]*>$/ },
  { type: "consume -e -f '%k\\n' | sort -r", until: /\nbob\nann\n[\s\S]*>$/ },
  { type: "select key, value ->> '$.total' as total from orders", until: /2 rows[\s\S]*>$/ },
  { type: 'tail -d -o end', until: /\[1 tail\]>$/ },
  { type: 'produce -k cid {"item": "cake", "total": 5}', until: /@\d+ {2}[\d:.]+ {2}cid[\s\S]*>$/ },
  { type: 'stop 1', until: /stopped after[\s\S]*orders>$/ },
  { type: 'show', until: /\n\}\n[\s\S]*>$/ },
  { type: 'topics describe', until: /PARTITION[\s\S]*>$/ },
  { type: 'exit', until: /\$$/ },
]

const root = resolve(import.meta.dirname, '..')
const home = mkdtempSync(join(tmpdir(), 'rafka-recording-'))
const server = `rafka-recording-${process.pid}`

function tmux(...words: string[]): string {
  return execFileSync('tmux', ['-L', server, ...words], { encoding: 'utf8' })
}

function screen(): string {
  return tmux('capture-pane', '-p', '-J', '-S', '-')
    .replace(/[ \t]+$/gm, '')
    .trimEnd()
}

async function run(): Promise<string> {
  const env = { HOME: home, PS1: '$ ', RAFKA_DATA_DIR: '', RAFKA_BROKERS: '' }
  const variables = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`])
  tmux('-f', '/dev/null', 'new-session', '-d', '-x', '90', '-y', '100', ...variables, 'bash --norc --noprofile')
  tmux(
    'send-keys',
    '-l',
    '--',
    `PS1='$ '; rafka() { '${process.execPath}' '${join(root, 'dist/bin/rafka.cjs')}' "$@"; }; clear`,
  )
  tmux('send-keys', 'Enter')
  const deadline = () => performance.now() + GIVE_UP_AFTER_MS
  const shows = async (pattern: RegExp) => {
    for (const until = deadline(); !pattern.test(screen()); await setTimeout(LOOK_EVERY_MS)) {
      if (performance.now() > until) throw new Error(`the terminal does not show ${pattern}, but:\n${screen()}`)
    }
  }
  await shows(/^\$$/)
  for (const { type, until } of steps) {
    tmux('send-keys', '-l', '--', type)
    tmux('send-keys', 'Enter')
    await shows(until)
  }
  return screen().replace(/\n\$$/, '\n')
}

try {
  const recording = await run()
  writeFileSync(join(root, 'docs', 'recording.txt'), recording)
  const readme = join(root, 'README.md')
  const marks = /(<!-- recording -->\n```text\n)[\s\S]*?(```\n<!-- \/recording -->)/
  writeFileSync(
    readme,
    readFileSync(readme, 'utf8').replace(marks, (_, begin, end) => `${begin}${recording}${end}`),
  )
  process.stdout.write(recording)
} finally {
  tmux('kill-server')
  // What ran in the terminal may not have ended yet.
  rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
}
