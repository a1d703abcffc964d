import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const reference = new URL('../../shared/reference/kafka.md', import.meta.url)
const isThere = existsSync(reference)

/** Assertions about what Rafka does not have, by the row of docs/compatibility.md that says so. */
const elsewhere: Readonly<Record<string, string>> = {
  A8: 'ACLs, delegation tokens',
  P14: 'cluster',
}

/** `- G7 Stable: …` in the list of what Kafka does. */
const assertions = isThere
  ? [...readFileSync(reference, 'utf8').matchAll(/^- ([A-Z]{1,2}\d+[a-z]?) /gm)].map(([, name]) => name!)
  : []

/** Names of assertions that titles begin with, or go on with: `'T5, T9: …'`, `'F4: …; F13: …'`. */
const tested = new Set(isThere ? testFiles().flatMap(namesIn) : [])

describe.skipIf(!isThere)(`what Kafka does${isThere ? '' : ' (skipped: no ../shared/reference/kafka.md)'}`, () => {
  test('is a list of assertions', () => {
    expect(assertions.length).toBeGreaterThan(120)
    expect(new Set(assertions).size).toBe(assertions.length)
  })

  test.each(assertions.filter((name) => elsewhere[name] === undefined))('%s has a test of that name', (name) => {
    expect(tested).toContain(name)
  })

  const documented = readFileSync(new URL('../docs/compatibility.md', import.meta.url), 'utf8')
  test.each(Object.entries(elsewhere))('%s does not apply, and the documentation says why', (name, row) => {
    expect(assertions).toContain(name)
    expect(tested).not.toContain(name)
    const cells =
      documented
        .split('\n')
        .find((line) => line.startsWith(`| ${row} |`))
        ?.split('|') ?? []
    expect(cells[4]?.trim()).toBeTruthy()
  })
})

function testFiles(): string[] {
  const folder = fileURLToPath(new URL('.', import.meta.url))
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('.test.ts')).map((name) => readFileSync(`${folder}${name}`, 'utf8'))
}

function namesIn(text: string): string[] {
  const titles = text.matchAll(/(['"`])((?:[A-Z]{1,2}\d+[a-z]?(?:, |: ))+.*?)\1|; ([A-Z]{1,2}\d+[a-z]?): /g)
  return [...titles].flatMap(([whole]) =>
    [...whole.matchAll(/(?<=['"`\s])[A-Z]{1,2}\d+[a-z]?(?=[:,] )/g)].map(([name]) => name),
  )
}
