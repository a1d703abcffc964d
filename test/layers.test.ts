import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '..')

/** From which file what may be imported, and what may not: paths from the root. */
const layers: Readonly<Record<string, { allowed: readonly string[]; forbidden: readonly string[] }>> = {
  'src/core/planted.ts': {
    allowed: ['src/core/errors.ts'],
    forbidden: ['src/protocol/wire.ts', 'src/records/x.ts', 'src/storage/x.ts', 'src/broker/x.ts', 'src/client/x.ts'],
  },
  'src/protocol/apis/planted.ts': {
    allowed: ['src/core/errors.ts', 'src/protocol/api.ts'],
    forbidden: ['src/records/x.ts', 'src/storage/x.ts', 'src/broker/x.ts', 'src/server/x.ts', 'src/client/x.ts'],
  },
  'src/records/planted.ts': {
    allowed: ['src/core/errors.ts', 'src/protocol/uuid.ts'],
    forbidden: ['src/storage/x.ts', 'src/broker/x.ts', 'src/server/x.ts', 'src/client/x.ts'],
  },
  'src/sasl/planted.ts': {
    allowed: ['src/core/errors.ts', 'src/sasl/x.ts'],
    forbidden: ['src/protocol/x.ts', 'src/broker/x.ts', 'src/server/x.ts', 'src/client/x.ts'],
  },
  'src/storage/sqlite/planted.ts': {
    allowed: ['src/core/errors.ts', 'src/storage/x.ts'],
    forbidden: ['src/protocol/x.ts', 'src/records/crc32c.ts', 'src/sasl/x.ts', 'src/broker/x.ts', 'src/server/x.ts'],
  },
  'src/broker/handlers/planted.ts': {
    allowed: ['src/core/errors.ts', 'src/protocol/api.ts', 'src/records/x.ts'],
    forbidden: ['src/storage/sqlite/sqlite-engine.ts', 'src/server/listen.ts', 'src/client/x.ts', 'commands/x.ts'],
  },
  'src/server/planted.ts': {
    allowed: ['src/core/errors.ts', 'src/protocol/wire.ts', 'src/sasl/x.ts'],
    forbidden: ['src/broker/broker.ts', 'src/storage/x.ts', 'src/client/x.ts', 'config/x.ts'],
  },
  'src/client/producer/planted.ts': {
    allowed: ['src/core/errors.ts', 'src/protocol/wire.ts', 'src/records/x.ts'],
    forbidden: ['src/broker/broker.ts', 'src/server/listen.ts', 'src/storage/x.ts', 'commands/x.ts'],
  },
  'src/sql/planted.ts': {
    allowed: ['src/core/rafka.ts', 'src/sql/x.ts'],
    forbidden: ['src/client/x.ts', 'src/records/x.ts', 'src/storage/sqlite/x.ts', 'src/broker/x.ts', 'src/index.ts'],
  },
  'config/planted.ts': {
    allowed: ['src/index.ts'],
    forbidden: ['src/core/errors.ts', 'src/broker/configs/broker-configs.ts', 'commands/x.ts'],
  },
  'commands/topics/planted.ts': {
    allowed: ['src/index.ts', 'config/x.ts'],
    forbidden: ['src/core/errors.ts', 'src/client/x.ts', 'src/storage/sqlite/x.ts', 'bin/rafka.ts'],
  },
  'bin/planted.ts': { allowed: ['commands/main.ts'], forbidden: ['src/index.ts', 'config/x.ts'] },
}

const cases = Object.entries(layers).flatMap(([from, { allowed, forbidden }]) => [
  ...allowed.map((to) => ({ from, to, refused: false })),
  ...forbidden.map((to) => ({ from, to, refused: true })),
])

let workshop: string
const refused = new Set<string>()

/** Each import stands in a file of its own, in a tree beside this one: nothing here is touched. */
function plantedPath(from: string, to: string): string {
  return from.replace('planted', `planted-${to.replaceAll(/[/.]/g, '-')}`)
}

beforeAll(() => {
  workshop = realpathSync(mkdtempSync(join(tmpdir(), 'rafka-layers-')))
  cpSync(join(root, 'biome.json'), join(workshop, 'biome.json'))
  for (const { from, to } of cases) {
    const file = plantedPath(from, to)
    const path = relative(dirname(file), to)
    mkdirSync(join(workshop, dirname(file)), { recursive: true })
    writeFileSync(join(workshop, file), `import '${path.startsWith('.') ? path : `./${path}`}'\n`)
  }
  const biome = spawnSync(
    join(root, 'node_modules/.bin/biome'),
    ['lint', '--only=style/noRestrictedImports', '--reporter=github', '--max-diagnostics=none', '.'],
    { cwd: workshop, encoding: 'utf8' },
  )
  for (const [, file] of biome.stdout.matchAll(/^::error .*file=([^,]+),/gm)) refused.add(relative(workshop, file!))
})

afterAll(() => rmSync(workshop, { recursive: true, force: true }))

test.each(cases.filter((each) => each.refused))('the linter refuses $to in $from', ({ from, to }) => {
  expect(refused).toContain(plantedPath(from, to))
})

test.each(cases.filter((each) => !each.refused))('the linter lets $from import $to', ({ from, to }) => {
  expect(refused).not.toContain(plantedPath(from, to))
})
