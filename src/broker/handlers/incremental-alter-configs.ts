import { incrementalAlterConfigs } from '../../protocol/apis/incremental-alter-configs.ts'
import { alterResources, alterResult } from '../configs/alter-resources.ts'
import { handler } from '../handler.ts'

/** Sets, deletes, appends to and subtracts from single configs (KIP-339). */
export const incrementalAlterConfigsHandler = handler({
  api: incrementalAlterConfigs,
  minVersion: 0,
  maxVersion: 1,
  async handle(state, { resources, validateOnly }) {
    const altered = resources.map((resource) => ({ ...resource, steps: resource.configs }))
    const responses = await alterResources(state, altered, { replaceAll: false, validateOnly })
    return incrementalAlterConfigs.response.create({ responses })
  },
  refuse: ({ resources }, error) =>
    incrementalAlterConfigs.response.create({ responses: resources.map((resource) => alterResult(resource, error)) }),
})
