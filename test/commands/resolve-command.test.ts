import { describe, expect, test } from 'vitest'
import { resolveCommand } from '../../commands/resolve-command.ts'

function words(line: string) {
  const resolved = resolveCommand(line.split(' ').filter((word) => word !== ''))
  return resolved.kind === 'command' ? [resolved.entry.path.join(' '), resolved.rest.join(' ')] : resolved
}

describe('a line names a command', () => {
  test.each([
    ['consume orders -n 2', 'consume', 'orders -n 2'],
    ['topics create a -p 3', 'topics create', 'a -p 3'],
    ['topic list', 'topics list', ''],
    ['-b topics topics list', 'topics list', '-b topics'],
    ['--json topics --data-dir broker list -i', 'topics list', '--json --data-dir broker -i'],
    ['produce produce', 'produce', 'produce'],
    ['produce t -- -x', 'produce', 't -- -x'],
  ])('%s', (line, path, rest) => {
    expect(words(line)).toEqual([path, rest])
  })
})

test('a line that names no command is a group', () => {
  expect(words('')).toEqual({ kind: 'group', path: [] })
  expect(words('topics --help')).toEqual({ kind: 'group', path: ['topics'] })
})

test.each([
  ['consme orders', 'consme', 'consume'],
  ['topcis list', 'topcis', 'topics'],
  ['topics lst', 'lst', 'topics list'],
  ['broker strat', 'strat', 'broker start'],
  ['xyzzy', 'xyzzy', undefined],
  ['__proto__', '__proto__', undefined],
])('%s is unknown, and what was meant is guessed', (line, word, near) => {
  expect(words(line)).toMatchObject({ kind: 'unknown', word, near })
})
