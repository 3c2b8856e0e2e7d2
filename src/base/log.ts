/** The log of a door: every line of it is about somebody. `err` among the fields is an error with its stack. */
export interface DoorLog {
  debug(fields: object, text: string): void
  info(fields: object, text: string): void
  warn(fields: object, text: string): void
  error(fields: object, text: string): void
}

/** A line about somebody, or about the daemon itself. */
interface WriteLine {
  (fields: object, text: string): void
  (text: string): void
}

/** The daemon's log, whatever writes it. */
export interface Log extends DoorLog {
  readonly debug: WriteLine
  readonly info: WriteLine
  readonly warn: WriteLine
  readonly error: WriteLine
  readonly fatal: WriteLine
}
