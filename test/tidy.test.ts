import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { handlers } from '../src/broker/handlers/index.ts'
import { kafkaErrorNames } from '../src/core/errors.ts'
import { apis } from '../src/protocol/apis/index.ts'
import { errorCode, errorName } from '../src/protocol/error-codes.ts'

const root = resolve(import.meta.dirname, '..')
const folders = ['bin', 'commands', 'config', 'src', 'test', 'bench', 'scripts']
const maxLines = 400

/** Files that may be longer, and why. */
const longer: ReadonlyMap<string, string> = new Map([
  ['test/support/storage-contract.ts', 'one contract, read as a whole'],
])

const files = folders
  .filter((folder) => existsSync(join(root, folder)))
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  .filter((file) => file.endsWith('.ts'))

const texts = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]))

function filesWhere(condition: (text: string, file: string) => boolean): string[] {
  return [...texts].filter(([file, text]) => condition(text, file)).map(([file]) => file)
}

/** `DescribeTopicPartitions` is in files called `describe-topic-partitions`. */
function fileNameOf(apiName: string): string {
  return apiName.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()
}

test('nothing is left to be done', () => {
  const unfinished = (text: string, file: string) => /\b(TODO|FIXME|XXX)\b/.test(text) && file !== 'test/tidy.test.ts'
  expect(filesWhere(unfinished)).toEqual([])
})

test(`no file is longer than ${maxLines} lines without a reason`, () => {
  expect(filesWhere((text, file) => text.split('\n').length > maxLines + 1 && !longer.has(file))).toEqual([])
})

test('every file is named in kebab-case, for what it holds', () => {
  const vague = new Set(['utils.ts', 'util.ts', 'helpers.ts', 'types.ts', 'common.ts', 'misc.ts'])
  expect(
    files.filter(
      (file) => !/^[a-z0-9-]+(\.test|\.differential|\.d)?\.ts$/.test(basename(file)) || vague.has(basename(file)),
    ),
  ).toEqual([])
})

test('what is exported is named: no default exports, no star exports', () => {
  // Tools ask for a default export in their own configuration, which is not in these folders.
  expect(filesWhere((text) => /^export (default|\*)/m.test(text))).toEqual([])
})

test('only the system clock tells the broker what time it is', () => {
  const broker = filesWhere(
    (text, file) => file.startsWith('src/broker/') && /\b(Date\.now|setTimeout|setInterval)\(/.test(text),
  )
  expect(broker).toEqual([])
})

test('an API has one name in three places: its definition, its handler and the test of that', () => {
  for (const { api } of handlers) {
    const name = fileNameOf(api.name)
    expect(files).toContain(`src/protocol/apis/${name}.ts`)
    expect(files).toContain(`src/broker/handlers/${name}.ts`)
    expect(files).toContain(`test/broker/handlers/${name}.test.ts`)
  }
})

test('an API that is handled is defined in every version that is handled', () => {
  const defined = new Map(apis.map((api) => [api.key, api.versions]))
  for (const { api, minVersion, maxVersion } of handlers) {
    const [min, max] = defined.get(api.key) ?? []
    expect([min! <= minVersion, maxVersion <= max!], api.name).toEqual([true, true])
  }
})

test('every error name of Kafka has its number, and every number its name', () => {
  for (const name of kafkaErrorNames) expect(errorName(errorCode(name))).toBe(name)
  expect(new Set(kafkaErrorNames.map(errorCode)).size).toBe(kafkaErrorNames.length)
})

test("every error of Rafka's own is explained where it is declared", () => {
  const text = texts.get('src/core/errors.ts')!
  const declared = [...text.slice(text.indexOf('export type RafkaErrorName')).matchAll(/^ {2}\| '([A-Z_]+)'/gm)]
  expect(declared.length).toBeGreaterThan(5)
  for (const [, name] of declared) expect(text).toContain(`- \`${name}\`: `)
})
