/** How grave an event of the broker is. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Where the broker and the server tell what happens. Never given secrets or the bytes of records. */
export type Logger = (level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>) => void

/** Says nothing. */
export const silentLogger: Logger = () => {}
