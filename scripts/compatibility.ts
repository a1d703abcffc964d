/**
 * Writes the table of APIs into docs/compatibility.md, from the list of handlers.
 *
 *     npx tsx scripts/compatibility.ts
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { withApiTable } from '../test/support/api-table.ts'

const file = new URL('../docs/compatibility.md', import.meta.url)
writeFileSync(file, withApiTable(readFileSync(file, 'utf8')))
