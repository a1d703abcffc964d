import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readStatement } from '../../commands/repl/grammar/read-statement.ts'
import { useWorkbench } from './support/with-directory.ts'

const bench = useWorkbench()

function fileOfPackage(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
}

test('the recording is shown by the demo and stands in the README', async () => {
  const recording = fileOfPackage('docs/recording.txt')
  expect((await bench.run(['demo', '--recording'])).out).toBe(recording)
  expect(fileOfPackage('README.md')).toContain(
    `<!-- recording -->\n\`\`\`text\n${recording}\`\`\`\n<!-- /recording -->`,
  )
})

test('what was typed in the recording still does the same', async () => {
  const recording = fileOfPackage('docs/recording.txt')
  const typed = [...recording.matchAll(/^rafka \S+(?: \[1 tail\])?> (.+)$/gm)].map((match) => match[1]!)
  expect(typed.length).toBeGreaterThan(10)
  for (const line of typed) expect(readStatement(line)).toMatchObject({ kind: 'command' })
  // What only a terminal has is left out: tails in the background, what is shown of a record, and the error.
  const lines = typed.filter((line) => !/^(tail|stop|show|consme)/.test(line))
  const ran = await bench.run([], { stdin: [`${lines.join('\n')}\n`] })
  expect(ran).toMatchObject({ code: 0, err: '' })
  expect(ran.out).toMatch(
    /^created orders {2}2 partitions[\s\S]*^bob\nann$[\s\S]*^ann +3\nbob +4$[\s\S]*^ +0 +1 +0 +3 +3 /m,
  )
})
