import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { editDistance, nearestName } from '../../config/nearest-name.ts'

describe('the nearest name', () => {
  test.each([
    ['consme', 'consume'],
    ['topcis', 'topics'],
    ['Broker', 'broker'],
  ])('to %s is %s', (typed, meant) => {
    expect(nearestName(typed, ['produce', 'consume', 'topics', 'broker'])).toBe(meant)
  })

  test('is nothing when no name is near', () => {
    expect(nearestName('zzz', ['produce', 'consume'])).toBeUndefined()
    expect(nearestName('a', ['b'])).toBeUndefined()
    expect(nearestName('', ['b'])).toBeUndefined()
    expect(nearestName('nope', ['top', 'type'])).toBeUndefined()
    expect(nearestName('grop', ['top', 'groups'])).toBe('groups')
  })

  test('may be further off when the name is long', () => {
    expect(nearestName('auto.create.topic.enabled', ['auto.create.topics.enable'])).toBe('auto.create.topics.enable')
  })
})

describe('the distance between two names', () => {
  test('is one step for an insertion, a removal, a replacement or a swap of neighbours', () => {
    expect(editDistance('orders', 'ordes')).toBe(1)
    expect(editDistance('orders', 'oorders')).toBe(1)
    expect(editDistance('orders', 'orderz')).toBe(1)
    expect(editDistance('orders', 'ordres')).toBe(1)
  })

  test('is the same both ways, zero for equal names alone, and never more than the longer name', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        const distance = editDistance(a, b)
        expect(distance).toBe(editDistance(b, a))
        expect(distance === 0).toBe(a === b)
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length))
      }),
    )
  })
})
