import { apiVersions } from '../../protocol/apis/api-versions.ts'
import type { BrokerState } from '../broker-state.ts'
import { FEATURES_EPOCH, features } from '../features.ts'
import { handler, noError, type WireError, wireError } from '../handler.ts'

/** KIP-511: what a client may call itself (`ApiVersionsRequest.isValid`). */
const SOFTWARE_NAME = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/

const PRODUCE = 0
const FIRST_VERSION_FROM_0 = 4

/** Answers which APIs there are, from the list of handlers: nothing can be advertised that is not handled. */
export const apiVersionsHandler = handler({
  api: apiVersions,
  minVersion: 0,
  maxVersion: 4,
  async handle(state, request, context) {
    const { clientSoftwareName: name, clientSoftwareVersion: version } = request
    const wrong = context.version >= 3 && !(SOFTWARE_NAME.test(name) && SOFTWARE_NAME.test(version))
    return answer(state, wrong ? wireError('INVALID_REQUEST') : noError, context.version)
  },
  refuse: (_request, error) => apiVersions.response.create({ errorCode: error.errorCode }),
})

function answer(state: BrokerState, error: WireError, version: number) {
  return apiVersions.response.create({
    errorCode: error.errorCode,
    apiKeys: state.apis.map(({ api, minVersion, maxVersion }) => ({
      apiKey: api.key,
      // librdkafka below 2.x compresses only when it sees Produce v0, so Kafka 4 keeps showing it although it refuses it (KAFKA-18659).
      minVersion: api.key === PRODUCE ? 0 : minVersion,
      maxVersion,
    })),
    // Clients of before version 4 fail on a feature that begins at 0 (KAFKA-17011).
    supportedFeatures: features.filter(({ minVersion }) => minVersion > 0 || version >= FIRST_VERSION_FROM_0),
    finalizedFeaturesEpoch: FEATURES_EPOCH,
    finalizedFeatures: features.map(({ name, maxVersion }) => ({
      name,
      maxVersionLevel: maxVersion,
      minVersionLevel: maxVersion,
    })),
  })
}
