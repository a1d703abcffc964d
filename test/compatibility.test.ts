import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { withApiTable } from './support/api-table.ts'

test('docs/compatibility.md tells the APIs as they are (npx tsx scripts/compatibility.ts)', () => {
  const text = readFileSync(new URL('../docs/compatibility.md', import.meta.url), 'utf8')
  expect(text).toBe(withApiTable(text))
})
