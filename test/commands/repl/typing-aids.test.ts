import { describe, expect, test } from 'vitest'
import { DeclaredCommands } from '../../../commands/completion/declared-commands.ts'
import { commandOf } from '../../../commands/completion/read-position.ts'
import { completeLine } from '../../../commands/repl/complete-line.ts'
import { ghostText } from '../../../commands/repl/ghost-text.ts'
import { wrongParts } from '../../../commands/repl/paint-line.ts'
import { Settings } from '../../../commands/repl/settings.ts'

const declared = new DeclaredCommands()
const names = {
  topics: ['orders', 'users', 'my-topic'],
  groups: ['billing'],
  users: ['alice'],
  profiles: ['prod'],
  configs: ['retention.ms'],
}

async function load(line: string): Promise<void> {
  const found = commandOf(
    line
      .replace(/^(\d+|watch|rafka) /, '')
      .split(' ')
      .filter(Boolean),
  )
  if (found !== undefined) await declared.load(found.entry)
}

describe('what may follow', () => {
  async function complete(line: string, topic?: string): Promise<readonly string[]> {
    const sources = { names, declared, settings: new Settings(), cwd: '/nowhere', jobs: [1, 2], topic }
    return (await completeLine(line, line.length, sources)).candidates
  }

  test.each([
    ['top', ['top', 'topics']],
    ['us', ['use', 'users']],
    ['users delete a', ['alice']],
    ['topics de', ['delete', 'describe']],
    ['topics describe ', ['my-topic', 'orders', 'users']],
    ['topics describe orders u', ['users']],
    ['topics create ', []],
    ['consume o', ['orders']],
    ['rafka consume o', ['orders']],
    ['3 consume o', ['orders']],
    ['watch 2 topics li', ['list']],
    ['consume --exit', ['--exit-at-end']],
    ['consume --profile p', ['prod']],
    ['consume --profile=', ['--profile=prod']],
    ['topics list --format ya', ['yaml']],
    ['topics alter orders --set ret', ['retention.ms=']],
    ['topics alter orders --delete ret', ['retention.ms']],
    ['consume -n ', []],
    ['consume -- o', ['orders']],
    ['use u', ['users']],
    ['use users ', []],
    ['connect p', ['prod']],
    ['set ti', ['timing']],
    ['set timing o', ['off', 'on']],
    ['stop ', ['1', '2']],
    ['nonsense ', []],
    ['consume orders | gr', []],
    ['!l', []],
    ['select o', ['offset', 'on', 'or', 'order']],
    ['select ', ['headers', 'key', 'offset', 'partition', 'size', 'timestamp', 'topic', 'value']],
    ['select * FROM o', ['orders']],
    ['select * from orders a, us', ['users']],
    ['select * from orders join c', ['committed_offsets', 'configs']],
    ['select * from "my', ['"my-topic"']],
    ['select * from my', ['"my-topic"']],
    ["select * from orders where value ->> '$.o", []],
    ["select '--', of", ['offset']],
    ['select 1 -- of', []],
    ['select * from orders where p', ['partition']],
    ['select * from orders | gr', []],
    ['select * from orders; > o', []],
    ['consume "o', []],
  ])('%j', async (line, candidates) => {
    expect(await complete(line)).toEqual(candidates)
  })

  test('the topic in use leaves values to produce', async () => {
    expect(await complete('produce ')).toEqual(['my-topic', 'orders', 'users'])
    expect(await complete('produce ', 'orders')).toEqual([])
  })
})

describe('what is painted as wrong', () => {
  async function wrong(line: string): Promise<string[]> {
    await load(line)
    return wrongParts(line, names, declared, (text) => text).map(({ start, end }) => line.slice(start, end))
  }

  test.each([
    ['consme ', ['consme']],
    ['cons', []],
    ['consu me', ['consu']],
    ['topics lsit', ['lsit']],
    ['topics li', []],
    ['topic list', []],
    ['rafka consume orders', []],
    ['5 consume orders', []],
    ['watch 2 topics list', []],
    ['consume ordrs', ['ordrs']],
    ['consume ord', []],
    ['consume ord ', ['ord']],
    ['consume orders nope -n 3', ['nope']],
    ['produce brandnew x', []],
    ['topics create brandnew', []],
    ['consume orders --nonsense', ['--nonsense']],
    ['consume orders --exit', []],
    ['consume orders --exit -n 1', ['--exit']],
    ['consume -o -5 orders', []],
    ['tail -d orders', []],
    ['use nope', ['nope']],
    ['use ord', []],
    ['!anything', []],
    ['select nope', []],
    ['', []],
  ])('%j', async (line, parts) => {
    expect(await wrong(line)).toEqual(parts)
  })

  test('is nothing that is not known', async () => {
    const none = { topics: [], groups: [], users: [], profiles: [], configs: [] }
    await load('consume orders')
    expect(wrongParts('consume ordrs', none, declared, (text) => text)).toEqual([])
    expect(wrongParts('consume ordrs --nonsense', names, new DeclaredCommands(), (text) => text)).toEqual([])
  })
})

test('what may follow is shown after a space', async () => {
  const ghost = async (line: string, topic?: string) => {
    await load(line)
    return ghostText(line, declared, topic)
  }
  expect(await ghost('consume ')).toBe('TOPIC... [options]')
  expect(await ghost('consume ', 'orders')).toBe('[options]')
  expect(await ghost('consume')).toBe('')
  expect(await ghost('consume orders ')).toBe('')
  expect(await ghost('consume -n ')).toBe('<n>')
  expect(await ghost('topics ')).toMatch(/^list \| create \| /)
  expect(await ghost('use ')).toBe('[TOPIC]')
  expect(await ghost('nonsense ')).toBe('')
  expect(await ghost('select ')).toBe('')
})
