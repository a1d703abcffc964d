import type { Api, SupportedApi } from '../../src/core/api.ts'
import type { Broker, ConnectionInfo, RequestContext } from '../../src/core/broker.ts'
import { RafkaError } from '../../src/core/errors.ts'
import type { Credentials } from '../../src/core/sasl.ts'
import { apis } from '../../src/protocol/apis/index.ts'

/** Knows nobody. */
const noCredentials: Credentials = {
  mechanismsOf: () => [],
  scram: () => ({ salt: Buffer.alloc(24), iterations: 4096, storedKey: Buffer.alloc(0), serverKey: Buffer.alloc(0) }),
}

/** How one API answers. */
export type Script = (request: never, context: RequestContext) => unknown

/** A broker that does what a test says, and remembers who came. */
export interface ScriptedBroker extends Broker {
  /** Requests in the order of the calls. */
  readonly handled: Array<{ api: string; request: object; context: RequestContext }>
  readonly came: ConnectionInfo[]
  readonly went: ConnectionInfo[]
}

/** Answers each API as its script says (by Kafka's name); serves only APIs that have one. */
export function scriptedBroker(scripts: Readonly<Record<string, Script>>): ScriptedBroker {
  const served: SupportedApi[] = apis
    .filter(({ name }) => scripts[name] !== undefined)
    .map((api) => ({ api, minVersion: api.versions[0], maxVersion: api.versions[1] }))
  const broker: ScriptedBroker = {
    apis: served,
    credentials: noCredentials,
    handled: [],
    came: [],
    went: [],
    async handle<Request, Response>(api: Api<Request, Response>, request: Request, context: RequestContext) {
      broker.handled.push({ api: api.name, request: request as object, context })
      const script = scripts[api.name]
      if (script === undefined) throw new RafkaError('UNSUPPORTED_VERSION', `no script for ${api.name}`)
      return (await script(request as never, context)) as Response | null
    },
    connected: (connection) => void broker.came.push(connection),
    disconnected: (connection) => void broker.went.push(connection),
    close: async () => {},
  }
  return broker
}
