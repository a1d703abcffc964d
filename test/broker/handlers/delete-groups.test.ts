import { expect, it } from 'vitest'
import { deleteGroups } from '../../../src/protocol/apis/delete-groups.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { startBroker } from '../../support/broker-fixture.ts'
import { GroupClient } from '../../support/group-client.ts'

it('G19: DeleteGroups deletes what has no members, with its offsets', async () => {
  await using broker = await startBroker()
  await broker.createTopic('t')
  await new GroupClient(broker, 'busy').form(1)
  const empty = new GroupClient(broker, 'empty')
  await empty.commit(1)
  const remove = async (...groupsNames: string[]) => {
    const { results } = await broker.ask(deleteGroups, deleteGroups.request.create({ groupsNames }))
    return results.map(({ groupId, errorCode }) => `${groupId} ${errorName(errorCode)}`)
  }
  expect(await remove('busy', 'empty', 'missing', '')).toEqual([
    'busy NON_EMPTY_GROUP',
    'empty NONE',
    'missing GROUP_ID_NOT_FOUND',
    ' GROUP_ID_NOT_FOUND',
  ])
  expect(await empty.committed('t')).toMatchObject([{ offset: -1 }])
  expect(await empty.describe()).toMatchObject({ groupState: 'Dead' })
  expect(await broker.storage.entries('offset/')).toEqual([])
})
