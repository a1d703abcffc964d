import { expect, onTestFinished, test } from 'vitest'
import { open } from '../../../src/open.ts'
import { keepingHook } from '../../support/keeping-hook.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const rounds = 4
const atOnce = 300
const count = rounds * atOnce
const lettersAt = (offset: number) => Buffer.alloc(10_000, `${offset};`)

test.each([
  ['sqlite', false],
  ['sqlite', true],
  ['memory', false],
  ['memory', true],
] as const)(
  'batches built in the memory of others leave those as they are: %s, a hook that keeps records: %s',
  async (type, keeps) => {
    const { hook, kept } = keepingHook()
    const rafka = await open({
      dataDir: temporaryDirectory(),
      storage: { type, durability: 'none' },
      hooks: keeps ? [hook] : [],
    })
    onTestFinished(() => rafka.close())
    await using producer = rafka.producer({ lingerMs: 0 })
    for (let offset = 0; offset < count; ) {
      const several = Array.from({ length: atOnce }, () => ({ topic: 't', value: lettersAt(offset++) }))
      await producer.sendAll(several)
    }
    let next = 0
    for await (const { offset, value } of rafka.consumer({ topics: ['t'], to: 'end' })) {
      expect([offset, value?.equals(lettersAt(next))]).toEqual([next, true])
      next++
    }
    expect(next).toBe(count)
    if (!keeps) return
    expect(kept).toHaveLength(count)
    expect(kept.every((value, offset) => value.equals(lettersAt(offset)))).toBe(true)
  },
)
