import { describe, expect, it } from 'vitest'
import { initProducerId } from '../../../src/protocol/apis/init-producer-id.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { openMemoryEngine } from '../../../src/storage/memory/memory-engine.ts'
import { startBroker } from '../../support/broker-fixture.ts'
import { FaultyEngine } from '../../support/faulty-engine.ts'

describe('InitProducerId', () => {
  it('I9: gives each producer an id of its own, epoch 0', async () => {
    await using broker = await startBroker()
    const request = initProducerId.request.create({ transactionalId: null })
    const answers = await Promise.all(Array.from({ length: 1500 }, () => broker.ask(initProducerId, request)))
    expect(new Set(answers.map(({ producerId }) => producerId)).size).toBe(1500)
    expect(answers.every(({ producerEpoch, errorCode }) => producerEpoch === 0 && errorCode === 0)).toBe(true)
  })

  it('gives none that the store did not keep', async () => {
    const storage = new FaultyEngine(await openMemoryEngine({ maxBytes: 2 ** 20, durability: 'none' }))
    await using broker = await startBroker({ storage })
    const request = initProducerId.request.create({ transactionalId: null })
    storage.failCommits()
    expect(errorName((await broker.ask(initProducerId, request)).errorCode)).toBe('KAFKA_STORAGE_ERROR')
    expect(await broker.ask(initProducerId, request)).toMatchObject({ errorCode: 0, producerEpoch: 0 })
  })
})
