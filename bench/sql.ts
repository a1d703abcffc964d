/**
 * `rafka sql`: records a second that a statement goes through, whole processes, embedded and through a broker; and how long a look-up in a
 * long log takes, in a process that is there already.
 *
 *     npm run build && npx tsx bench/sql.ts [RECORDS] [RECORDS OF THE LONG LOG]
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { measure, report } from './measure.ts'
import { rafkaPath, run, startBroker } from './processes.ts'

const records = Number(process.argv[2] ?? 2_000_000)
const longRecords = Number(process.argv[3] ?? 10_000_000)
const directory = await mkdtemp(join(tmpdir(), 'rafka-bench-'))
const served = join(directory, 'served')
const embedded = join(directory, 'embedded')
const cities = ['Berlin', 'Paris', 'Oslo', 'Madrid', 'Roma']

/** JSON of about 100 bytes. */
function order(index: number): string {
  const more = `"total":${(index * 7919) % 100000},"note":"${(index * 2654435761).toString(36).padStart(16, 'x')}"`
  return `{"id":${index},"city":"${cities[index % cities.length]}","user":"user-${index % 1000}",${more},"ok":true}`
}

async function writeLines(path: string, count: number, line: (index: number) => string): Promise<string> {
  const pieces: string[] = []
  for (let index = 0; index < count; index++) pieces.push(line(index))
  await writeFile(path, `${pieces.join('\n')}\n`)
  return path
}

const rafka = (args: readonly string[], input?: string) => run(process.execPath, [rafkaPath, ...args], input)
const broker = await startBroker(served)
try {
  const orders = await writeLines(join(directory, 'orders'), records, order)
  const numbers = await writeLines(join(directory, 'numbers'), longRecords, (index) => String(index).padStart(7, '0'))
  await rafka(['produce', '--data-dir', served, 'orders'], orders)
  await rafka(['produce', '--data-dir', embedded, 'orders'], orders)
  await rafka(['produce', '--data-dir', embedded, 'numbers'], numbers)
  const places = [
    ['embedded', ['--data-dir', embedded]],
    ['broker start, local socket', ['--data-dir', served]],
    ['broker start, TCP', ['-b', broker.brokers]],
  ] as const
  const statements = [
    'select count(*) from orders',
    "select value ->> '$.city' city, count(*) from orders group by city",
    'select sum(offset), max(timestamp), sum(size) from orders',
    "select * from orders where value like '%user-777%' and partition = 0",
  ]
  for (const statement of statements) {
    const subjects = places.map(([name, where]) => ({
      name,
      run: () => rafka(['sql', ...where, statement]).then(() => records),
    }))
    report(statement, 'records/s', await measure(subjects))
  }
  await measureLookUps()
} finally {
  await broker.stop()
  await rm(directory, { recursive: true })
}

/** Each statement as often as fits in a second. */
async function measureLookUps(): Promise<void> {
  const { open, openSql }: typeof import('../src/index.ts') = await import(
    new URL('../dist/src/index.js', import.meta.url).href
  )
  await using opened = await open({ dataDir: embedded })
  await using sql = await openSql(opened)
  const rows = async (statement: string) => {
    let count = 0
    for await (const result of sql.run(statement)) for await (const bunch of result.rows) count += bunch.length
    return count
  }
  const far = longRecords - 12_345
  const timestamp = `(select timestamp from numbers where partition = 0 and offset = ${far})`
  console.log(`\nlook-ups in ${longRecords.toLocaleString('en')} records`)
  for (const statement of [
    `select * from numbers where partition = 0 and offset = ${far}`,
    `select * from numbers where offset between ${far} and ${far + 100}`,
    `select * from numbers where offset in (5, 5000, ${far})`,
    'select * from numbers limit 10',
    `select count(*) from numbers where timestamp >= ${Date.now()}`,
    `select ${timestamp}`,
  ]) {
    await rows(statement)
    const times: number[] = []
    for (const endMs = performance.now() + 1000; performance.now() < endMs; ) {
      const startMs = performance.now()
      await rows(statement)
      times.push(performance.now() - startMs)
    }
    times.sort((a, b) => a - b)
    const [median, worst] = [times[Math.floor(times.length / 2)]!, times.at(-1)!]
    console.log(`  ${statement.slice(0, 70).padEnd(72)} ${median.toFixed(1)} ms (worst ${worst.toFixed(1)})`)
  }
}
