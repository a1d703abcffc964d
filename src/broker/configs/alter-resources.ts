import { RafkaError } from '../../core/errors.ts'
import type { BrokerState } from '../broker-state.ts'
import { noError, type WireError, wireErrorOf } from '../handler.ts'
import { repeated } from '../repeated.ts'
import { type AlteredResource, alterConfigs, type ConfigStep } from './alter-configs.ts'

/** What became of one resource. */
export type AlterResult = WireError & AlteredResource

/** Alters the resources of a request one by one: each by itself, none twice. */
export function alterResources(
  state: BrokerState,
  resources: ReadonlyArray<AlteredResource & { readonly steps: readonly ConfigStep[] }>,
  options: { readonly replaceAll: boolean; readonly validateOnly: boolean },
): Promise<AlterResult[]> {
  return state.topics.exclusively(async () => {
    const results: AlterResult[] = []
    const twice = repeated(resources.map(keyOf))
    for (const resource of resources) {
      try {
        if (twice.has(keyOf(resource))) {
          throw new RafkaError('INVALID_REQUEST', `resource "${resource.resourceName}" is named twice in the request`)
        }
        await alterConfigs(state, resource, resource.steps, options)
        results.push(alterResult(resource, noError))
      } catch (error) {
        results.push(alterResult(resource, wireErrorOf(error, state)))
      }
    }
    return results
  })
}

/** The result of one resource, as both responses carry it. */
export function alterResult({ resourceType, resourceName }: AlteredResource, error: WireError): AlterResult {
  return { ...error, resourceType, resourceName }
}

function keyOf({ resourceType, resourceName }: AlteredResource): string {
  return `${resourceType}/${resourceName}`
}
