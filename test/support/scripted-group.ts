import type { SupportedApi } from '../../src/core/api.ts'
import type { Broker } from '../../src/core/broker.ts'
import { apis } from '../../src/protocol/apis/index.ts'
import type { Script } from './scripted-broker.ts'

/** A broker that answers some APIs as these scripts say, and leaves the others to another broker. */
export function withScripts(broker: Broker, scripts: Readonly<Record<string, Script>>): Broker {
  const served: SupportedApi[] = apis
    .filter(({ name }) => scripts[name] !== undefined)
    .map((api) => ({ api, minVersion: api.versions[0], maxVersion: api.versions[1] }))
  const names = new Set(served.map(({ api }) => api.name))
  return {
    credentials: broker.credentials,
    apis: [...broker.apis.filter(({ api }) => !names.has(api.name)), ...served],
    async handle(api, request, context) {
      const script = scripts[api.name]
      return script === undefined
        ? broker.handle(api, request, context)
        : ((await script(request as never, context)) as never)
    },
    connected: (connection) => broker.connected(connection),
    disconnected: (connection) => broker.disconnected(connection),
    close: () => broker.close(),
  }
}
