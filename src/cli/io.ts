/** What a command can see and touch of its surroundings. */
export interface Io {
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream
  /** Questions are asked only when this is a terminal too. */
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  /** Whether stdout is a terminal. */
  readonly isTerminal: boolean
  /** Width and height of that terminal. */
  readonly columns: number | undefined
  readonly rows?: number | undefined
  /** Calls back whenever the terminal's size has changed, until the returned function is called. */
  readonly resized?: (listener: () => void) => () => void
  /** Environment variables; `process.env` when missing. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Epoch milliseconds; `Date.now` when missing. */
  readonly now?: () => number
  /** Ends `--follow` and `--wait`. */
  readonly signal?: AbortSignal
}

/** Exit codes of every command. */
export const exit = { done: 0, no: 1, usage: 2, unreachable: 3 } as const

export type ExitCode = (typeof exit)[keyof typeof exit]

/** What ends a command early: one sentence of what, where and what to do, and the exit code. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly exitCode: ExitCode

  constructor(sentence: string, exitCode: ExitCode) {
    super(sentence)
    this.exitCode = exitCode
  }
}

/** The time that a command goes by, epoch milliseconds. */
export function nowOf(io: Io): number {
  return io.now?.() ?? Date.now()
}

/** The environment that a command sees. */
export function envOf(io: Io): Readonly<Record<string, string | undefined>> {
  return io.env ?? process.env
}
