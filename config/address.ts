/** A host and a port. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** Reads `host:port`, `[v6]:port`, or a host alone when there is a `defaultPort`; undefined when it is none of them. */
export function parseAddress(value: string, defaultPort?: number): Address | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:\s[\]]+))(?::(\d{1,5}))?$/.exec(value.trim())
  if (match === null) return undefined
  const port = match[3] === undefined ? defaultPort : Number(match[3])
  return port === undefined || port > 65_535 ? undefined : { host: (match[1] ?? match[2])!, port }
}

/** The opposite of `parseAddress`. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
