import { alterConfigs } from '../../protocol/apis/alter-configs.ts'
import { configOperation } from '../configs/alter-configs.ts'
import { alterResources, alterResult } from '../configs/alter-resources.ts'
import { handler } from '../handler.ts'

/** Replaces the whole set of configs of a resource. Old, but all that kafkajs has. */
export const alterConfigsHandler = handler({
  api: alterConfigs,
  minVersion: 0,
  maxVersion: 2,
  async handle(state, { resources, validateOnly }) {
    const altered = resources.map((resource) => ({
      ...resource,
      steps: resource.configs.map((config) => ({ ...config, configOperation: configOperation.set })),
    }))
    const responses = await alterResources(state, altered, { replaceAll: true, validateOnly })
    return alterConfigs.response.create({ responses })
  },
  refuse: ({ resources }, error) =>
    alterConfigs.response.create({ responses: resources.map((resource) => alterResult(resource, error)) }),
})
