import { describe, expect, test } from 'vitest'
import { catalog, groupSummaries } from '../../commands/catalog.ts'
import { compilePrinter } from '../../commands/format/print/compile-printer.ts'
import { helpTopics } from '../../commands/help-topics/index.ts'
import { commandHelp, groupHelp } from '../../commands/output/help.ts'
import { pairs } from '../../commands/output/two-columns.ts'
import { declareCommand, parseArguments } from '../../commands/parse-arguments.ts'
import { runLine } from './support/run-line.ts'

describe.each(catalog.map((entry) => [entry.path.join(' '), entry] as const))('the help of %s', (name, entry) => {
  test('has examples first, every option, and at most 80 columns', async () => {
    const spec = await entry.load()
    const command = declareCommand(entry, spec)
    const lines = commandHelp(command, spec, 200)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
    expect(lines[0]).toContain(`rafka ${name}`)
    const examples = lines.indexOf('Examples')
    expect(examples).toBeGreaterThan(0)
    expect(lines.findIndex((line) => /^(Global o|O)ptions/.test(line))).toBeGreaterThan(examples)
    const text = lines.join('\n')
    for (const option of command.options.filter(({ hidden }) => !hidden)) expect(text).toContain(option.long)
  })

  test('has examples that the command accepts', async () => {
    const spec = await entry.load()
    for (const [line] of spec.examples) {
      const own = line.split(' | ').find((part) => part.includes(`rafka ${name}`))
      const rest = own!.slice(own!.indexOf(`rafka ${name}`) + `rafka ${name}`.length)
      const words = [...rest.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? match[3]!)
      const parsed = parseArguments(declareCommand(entry, spec), words)
      expect(parsed.wantsHelp, line).toBe(false)
    }
  })

  test('breaks no word on the narrowest terminal', async () => {
    const spec = await entry.load()
    const lines = commandHelp(declareCommand(entry, spec), spec, 40)
    const meanings = lines.filter((line) => /^ {6}\S/.test(line) && !line.trim().startsWith('--'))
    expect(meanings.length).toBeGreaterThan(0)
    expect(meanings.filter((line) => line.length > 40 && line.trim().includes(' '))).toEqual([])
  })

  test('fits a narrow terminal', async () => {
    const spec = await entry.load()
    const lines = commandHelp(declareCommand(entry, spec), spec, 60)
    const words = lines.filter((line) => line.length > 60 && line.trim().includes('  '))
    expect(words).toEqual([])
  })
})

test.each(helpTopics.map((topic) => [topic.name, topic] as const))(
  'help %s fits, and is found',
  async (name, topic) => {
    const lines = await topic.load(80)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
    expect(await runLine(['help', name])).toMatchObject({ code: 0, out: `${lines.join('\n')}\n` })
    const narrow = (await runLine(['help', name], { terminals: ['stdout'], columns: 40, env: { NO_COLOR: '1' } })).out
    expect(narrow.split('\n').filter((line) => line.length > 40 && line.trim().includes(' '))).toEqual([])
    expect(narrow.split(/\s+/)).toEqual(lines.join(' ').split(/\s+/).concat(''))
  },
)

test('help format names verbs, and only such as there are', async () => {
  const text = (await runLine(['help', 'format'])).out
  const verbs = [...text.matchAll(/%([a-zA-Z[|\]])(\{[a-z][a-z-]*\})?/g)].map(([verb]) => verb)
  // What stands within strftime's brackets is its own.
  const own = verbs.filter((verb) => verb !== '%F')
  expect(new Set(own.map((verb) => verb[1])).size).toBeGreaterThan(15)
  for (const verb of own) {
    const format = verb === '%h' || verb === '%a' ? `${verb}${verb === '%h' ? '{%k}' : '{compression}'}` : verb
    expect(() => compilePrinter(format, { flag: '-f', safe: false })).not.toThrow()
  }
})

test('the whole tree of commands is told to tools', async () => {
  const tree = (await runLine(['help', '--json'])).json() as { commands: Array<{ path: string[]; options: object[] }> }
  expect(tree.commands.map(({ path }) => path)).toEqual(catalog.map(({ path }) => path))
  expect((await runLine(['help', 'topics', 'list', '--json'])).json()).toMatchObject({
    path: ['topics', 'list'],
    options: expect.arrayContaining([expect.objectContaining({ long: '--internal', global: false })]),
    output: { type: 'object', properties: { topics: expect.any(Object) } },
  })
})

test('help on a narrow terminal has what things mean below them', () => {
  const rows = [
    ['-t, --topic <topic>', 'the topic, so that every word is a VALUE'],
    ['    --file <file>', 'read lines'],
  ] as const
  expect(pairs(rows, 40)).toEqual([
    '  -t, --topic <topic>',
    '      the topic, so that every word is a',
    '      VALUE',
    '  --file <file>',
    '      read lines',
  ])
  expect(pairs(rows, 60)[0]).toBe('  -t, --topic <topic>  the topic, so that every word is a')
})

test('help has bold heads on a terminal', async () => {
  const { out } = await runLine(['topics', 'list', '--help'], { terminals: ['stdout'] })
  const bold = [...out.matchAll(/\u001b\[1m(.*?)\u001b/g)].map(([, text]) => text)
  expect(bold).toEqual(['rafka topics list [options]', 'Examples', 'Options', 'Global options (rafka help global)'])
  const { err } = await runLine(['topics'], { terminals: ['stderr'] })
  expect(err).toContain('\u001b[1mCommands\u001b[22m\n')
})

test.each([[[]], ...[...groupSummaries.keys()].map((group) => [[group]])])('the help of the group %j fits', (path) => {
  const lines = groupHelp(path, 200)
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
})

test('each group has a summary, and no letter means two things in one command', async () => {
  for (const { path } of catalog) if (path.length > 1) expect(groupSummaries.has(path[0]!)).toBe(true)
  // commander throws when a letter is declared twice.
  for (const entry of catalog) declareCommand(entry, await entry.load())
})
