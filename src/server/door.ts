import { createServer, type Server, type ServerOpts, type Socket } from 'node:net'
import { anonymous } from '../core/sasl.ts'

/** Takes a client that may speak, and who it is as far as that is known. */
export type Accept = (socket: Socket, principal: string) => void

/** A server, and the way in. */
export interface Door {
  readonly server: Server
  /** Hands over clients from now on. `listener` is what it is called in the log. */
  open(listener: string, accept: Accept): void
  /** Closes those that were not handed over yet. */
  end(): void
}

/** Whoever connects is in. */
export function plainDoor(options: ServerOpts): Door {
  const server = createServer(options)
  return {
    server,
    open: (_listener, accept) => void server.on('connection', (socket) => accept(socket, anonymous)),
    end() {},
  }
}
