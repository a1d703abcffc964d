import { api } from '../api.ts'
import { array, int16, int32, string, uuid } from '../field.ts'

/** Deletes topics: by `topicNames` up to version 5, by `topics`, each with its name or its id, from 6 on. */
export const deleteTopics = api({
  key: 20,
  name: 'DeleteTopics',
  versions: [1, 6],
  flexibleSince: 4,
  request: {
    topics: array({ name: string.nullable().default(null), topicId: uuid }).since(6),
    topicNames: array(string).until(5),
    timeoutMs: int32,
  },
  response: {
    throttleTimeMs: int32,
    responses: array({
      name: string.nullable(6),
      topicId: uuid.since(6),
      errorCode: int16,
      errorMessage: string.since(5).nullable().default(null),
    }),
  },
})
