import { listPartitionReassignments } from '../../protocol/apis/list-partition-reassignments.ts'
import { handler } from '../handler.ts'

/** With one broker no partition is ever being moved. */
export const listPartitionReassignmentsHandler = handler({
  api: listPartitionReassignments,
  minVersion: 0,
  maxVersion: 0,
  handle: async () => listPartitionReassignments.response.create({ errorMessage: null }),
  refuse: (_request, error) => listPartitionReassignments.response.create({ ...error }),
})
