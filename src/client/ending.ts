import { setMaxListeners } from 'node:events'

/** An `AbortController` for the end of something that any number of requests may wait on: Node warns of more than ten otherwise. */
export function ending(): AbortController {
  const controller = new AbortController()
  setMaxListeners(0, controller.signal)
  return controller
}
