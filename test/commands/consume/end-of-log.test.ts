import { describe, expect, test } from 'vitest'
import { open } from '../../../src/index.ts'
import { useWorkbench } from '../support/with-directory.ts'

const bench = useWorkbench()

/** Writes each list of values to topic `t` in a transaction of its own, and ends it so; `plain` is none. */
async function write(...parts: ReadonlyArray<readonly [values: readonly string[], end: 'commit' | 'abort' | 'plain']>) {
  await using rafka = await open({ storage: { type: 'sqlite', path: bench.env.RAFKA_DATA_DIR! } })
  await using transactional = rafka.producer({ transactionalId: 'x' })
  await using plain = rafka.producer()
  for (const [values, end] of parts) {
    const messages = values.map((value) => ({ topic: 't', partition: 0, key: value, value }))
    if (end === 'plain') await plain.sendAll(messages)
    else {
      const transaction = await transactional.begin()
      await transaction.sendAll(messages)
      await transaction[end]()
    }
  }
}

/** What `consume -e` prints, by isolation. */
async function consumed(...more: string[]): Promise<Record<string, string>> {
  const read = async (isolation: string) => {
    const { code, out, err } = await bench.run(['consume', 't', '-e', '-f', '%v ', '--isolation', isolation, ...more])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    return out.trim()
  }
  return { committed: await read('read_committed'), all: await read('read_uncommitted') }
}

describe('consume -e ends', () => {
  test('at the marker of a commit, and of an abort', async () => {
    await bench.run(['topics', 'create', 't'])
    await write([['a', 'b'], 'commit'])
    expect(await consumed()).toEqual({ committed: 'a b', all: 'a b' })
    await write([['c'], 'abort'])
    expect(await consumed()).toEqual({ committed: 'a b', all: 'a b c' })
    expect(await consumed('-o', '3')).toEqual({ committed: '', all: 'c' })
    // The last offset is that of a marker.
    expect(await consumed('-o', '4')).toEqual({ committed: '', all: '' })
  })

  test('at markers that nothing else is left of', async () => {
    await bench.run(['topics', 'create', 't'])
    await write([['a'], 'abort'], [['b'], 'abort'])
    expect(await consumed()).toEqual({ committed: '', all: 'a b' })
    await bench.run(['topics', 'trim', 't', '-o', '3', '--yes'])
    expect(await consumed()).toEqual({ committed: '', all: '' })
  })

  test('in a log that was trimmed to its end', async () => {
    await bench.run(['topics', 'create', 't'])
    await write([['a', 'b'], 'plain'])
    await bench.run(['topics', 'trim', 't', '-o', 'end', '--yes'])
    expect(await consumed()).toEqual({ committed: '', all: '' })
    expect(await consumed('-o', '-5')).toEqual({ committed: '', all: '' })
    await write([['c'], 'plain'])
    expect(await consumed()).toEqual({ committed: 'c', all: 'c' })
  })

  test('in a log whose last records compaction took away', async () => {
    const settings = [
      'cleanup.policy=compact',
      'segment.ms=1',
      'min.cleanable.dirty.ratio=0.01',
      'delete.retention.ms=0',
    ]
    await bench.run(['topics', 'create', 't', ...settings.flatMap((setting) => ['--set', setting])])
    await write([['a', 'b'], 'commit'], [['c', 'd'], 'abort'])
    await bench.run(['storage', 'compact', 't'])
    expect(await consumed()).toEqual({ committed: 'a b', all: 'a b' })
    expect(await consumed('-o', '3')).toEqual({ committed: '', all: '' })
    expect(await consumed('-o', '5')).toEqual({ committed: '', all: '' })
  })
})
