let lastId = 0

/** A number for `ConnectionInfo.id`: unique in this process, whoever makes the connection. */
export function nextConnectionId(): number {
  lastId += 1
  return lastId
}
