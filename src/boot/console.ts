import type { IpmiWay } from './power.ts'
import type { Reason } from './reason.ts'

/** A way to the serial consoles of machines, as the config names it. Paths are absolute. */
export type ConsoleWay = SolConsole | SshConsole | CommandConsole

/** Serial over LAN, of a BMC that speaks IPMI 2.0. */
export type SolConsole = IpmiWay

/** A BMC, or a console server, to which one logs in by SSH with a key. */
export interface SshConsole {
  readonly kind: 'ssh'
  readonly name: string
  readonly user: string
  readonly keyFile: string
  readonly port: number
  /** What it runs there, a Liquid template; without it the login itself is the console. */
  readonly run?: string
}

/** An argument list of Liquid templates; the first is the program. Never given to a shell. */
export interface CommandConsole {
  readonly kind: 'command'
  readonly name: string
  readonly run: readonly string[]
  /** It is given a terminal, which some programs want. */
  readonly terminal: boolean
  /** Working directory: where the config file lies. */
  readonly cwd: string
}

/** The way to one host's console. */
export interface HostConsole {
  /** Name of the way. */
  readonly by: string
  /** A name or an address. */
  readonly address?: string
}

/** Whether a console is open, and why it is not kept. `waiting`: until it is tried again; epoch milliseconds. */
export type ConsoleState =
  | { readonly state: 'closed' | 'opening' }
  | { readonly state: 'open'; readonly why?: Reason }
  | { readonly state: 'waiting'; readonly why: Reason; readonly until: number }

/** Whose boot wrote something on its console. */
export interface ConsoleOwner {
  readonly install: string
  readonly attempt: number
}

/** What is kept of one owner, or of nobody: from the first byte to before another, counted since ever. */
export interface ConsolePart {
  readonly owner?: ConsoleOwner
  readonly from: number
  readonly to: number
}
