import { expect, test } from 'vitest'
import type { Admin } from '../../src/core/admin.ts'
import { fillTables } from '../../src/sql/system-tables.ts'

/** A cluster with a topic that is there, one that is gone, and two groups. */
const admin = {
  listOffsets: async (partitions: ReadonlyArray<{ topic: string; partition: number }>, query: string) =>
    partitions.map((each) => ({ ...each, offset: query === 'start' ? 2 : 10, timestamp: -1 })),
  listGroups: async () => [
    { group: 'billing', state: 'Stable', type: 'classic', protocolType: 'consumer' },
    { group: 'hidden', state: 'Dead', type: 'consumer', protocolType: '' },
  ],
  describeGroups: async () => [
    { group: 'billing', assignor: 'range', coordinator: 1, members: [{}, {}], error: null },
    { group: 'hidden', members: [], error: { code: 'GROUP_ID_NOT_FOUND', message: '' } },
  ],
  listGroupOffsets: async (group: string) =>
    group === 'hidden'
      ? []
      : [
          { topic: 'orders', partition: 0, offset: 7, metadata: 'm' },
          { topic: 'orders', partition: 1, offset: -1, metadata: null },
          { topic: 'orders', partition: 2, offset: 12, metadata: '' },
          { topic: 'gone', partition: 0, offset: 3, metadata: null },
        ],
} as unknown as Admin

const topics = [
  {
    name: 'orders',
    topicId: 'id',
    internal: false,
    partitions: [0, 1, 2].map((partition) => ({ partition, leader: 1, leaderEpoch: 0, replicas: [1], isr: [1] })),
  },
]

test('groups have what is known of them', async () => {
  expect(await fillTables(admin, ['groups'], topics)).toEqual([
    {
      name: 'groups',
      rows: [
        ['billing', 'Stable', 'classic', 'consumer', 'range', 1n, 2n],
        ['hidden', 'Dead', 'consumer', '', null, null, null],
      ],
    },
  ])
})

test('committed offsets stand beside the ends of their partitions, which may be gone', async () => {
  expect(await fillTables(admin, ['committed_offsets'], topics)).toEqual([
    {
      name: 'committed_offsets',
      rows: [
        ['billing', 'orders', 0n, 7n, 'm', 10n, 3n],
        ['billing', 'orders', 2n, 12n, '', 10n, 0n],
        ['billing', 'gone', 0n, 3n, null, null, null],
      ],
    },
  ])
})
