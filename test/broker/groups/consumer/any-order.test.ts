import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type GroupEvent, GroupModel } from '../../../support/group-model.ts'

const who = fc.nat(3)
const topic = fc.nat(2)

const events: fc.Arbitrary<GroupEvent> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('join' as const),
      who,
      reads: fc.oneof(fc.subarray([0, 1, 2]), fc.constantFrom('topic-[01]', '.*', 'nothing')),
      assignor: fc.constantFrom('uniform', 'range'),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'beat' as const,
        'tell' as const,
        'tell' as const,
        'follow' as const,
        'lost answer' as const,
      ),
      who,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('leave' as const, 'die' as const), who }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('together' as const), members: fc.subarray([0, 1, 2, 3]) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('grow' as const), topic }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('restart' as const, 'fail' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), topic }) },
)

test('N3: whatever happens in whatever order, no partition is with two members, and in the end all are with one', {
  timeout: 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(events, { maxLength: 60, size: 'max' }), async (happening) => {
      const model = await GroupModel.start()
      try {
        for (const event of happening) {
          await model.apply(event)
          expect(model.doubled).toEqual([])
        }
        const { actual, wanted } = await model.settle()
        expect(actual).toEqual(wanted)
      } finally {
        await model.close()
      }
    }),
    { numRuns: 300 },
  )
})
