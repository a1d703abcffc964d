import { api } from '../api.ts'
import { array, boolean, int16, int32, string } from '../field.ts'

/** Gives topics more partitions: `count` is how many there shall be in all. `assignments` null: the broker places them. */
export const createPartitions = api({
  key: 37,
  name: 'CreatePartitions',
  versions: [0, 3],
  flexibleSince: 2,
  request: {
    topics: array({
      name: string,
      count: int32,
      assignments: array({ brokerIds: array(int32) }).nullable(),
    }),
    timeoutMs: int32,
    validateOnly: boolean,
  },
  response: {
    throttleTimeMs: int32,
    results: array({
      name: string,
      errorCode: int16,
      errorMessage: string.nullable().default(null),
    }),
  },
})
