import { AssignerProtocol } from 'kafkajs'
import { describe, expect, test } from 'vitest'
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../../src/protocol/consumer-protocol.ts'

const owned = [{ topic: 'a', partitions: [0, 2] }]

describe('a subscription', () => {
  test('comes back as it was', () => {
    const given = {
      topics: ['a', 'b'],
      userData: Buffer.from('x'),
      ownedPartitions: owned,
      generationId: 3,
      rackId: 'r',
    }
    expect(decodeSubscription(encodeSubscription(given))).toEqual(given)
  })

  test('is read by kafkajs, and of kafkajs', () => {
    const bytes = encodeSubscription({ topics: ['a', 'b'], userData: Buffer.from('x') })
    expect(AssignerProtocol.MemberMetadata.decode(bytes)).toMatchObject({
      topics: ['a', 'b'],
      userData: Buffer.from('x'),
    })
    const theirs = AssignerProtocol.MemberMetadata.encode({ version: 0, topics: ['c'], userData: Buffer.alloc(0) })
    expect(decodeSubscription(theirs)).toMatchObject({ topics: ['c'], ownedPartitions: [], generationId: -1 })
  })

  test('of a later version is read as far as it is known', () => {
    const bytes = Buffer.concat([encodeSubscription({ topics: ['a'] }), Buffer.from('more')])
    bytes.writeInt16BE(9)
    expect(decodeSubscription(bytes).topics).toEqual(['a'])
  })

  test('that is none is refused', () => {
    expect(() => decodeSubscription(Buffer.from('ffff', 'hex'))).toThrow(/version -1/)
    expect(() => decodeSubscription(Buffer.alloc(0))).toThrow()
    expect(() => decodeSubscription(encodeSubscription({ topics: ['a'] }).subarray(0, 5))).toThrow()
  })
})

describe('an assignment', () => {
  test('comes back as it was; no bytes are no partitions', () => {
    const given = { assignedPartitions: owned, userData: null }
    expect(decodeAssignment(encodeAssignment(given))).toEqual(given)
    expect(decodeAssignment(Buffer.alloc(0))).toEqual({ assignedPartitions: [], userData: null })
  })

  test('is read by kafkajs, and of kafkajs', () => {
    const bytes = encodeAssignment({ assignedPartitions: owned, userData: Buffer.alloc(0) })
    expect(AssignerProtocol.MemberAssignment.decode(bytes)?.assignment).toEqual({ a: [0, 2] })
    const theirs = AssignerProtocol.MemberAssignment.encode({
      version: 0,
      assignment: { a: [0, 2] },
      userData: Buffer.alloc(0),
    })
    expect(decodeAssignment(theirs).assignedPartitions).toEqual(owned)
  })
})
