import type { Sender } from './sender.ts'

/** Which of the two ways to the network a thread goes. */
export type EngineName = 'system calls' | 'dgram'

/** Where a socket listens: a port that all threads share, or a socket that was opened for us. */
export type Where = { readonly address: string; readonly port: number } | { readonly fd: number }

/** A socket of the server, which many clients talk to. */
export interface ServerSocket {
  readonly local: Sender
  /** True when the bytes have left or were copied: they may be written again. */
  send(packet: Uint8Array, to: Sender): boolean
  close(): Promise<void>
}

/** A port of our own for one download, and nobody but its client is heard there (RFC 1350 section 4). */
export interface DownloadSocket {
  readonly address: string
  readonly port: number
  /** True when the bytes have left or were copied: they may be written again. */
  send(packet: Uint8Array): boolean
  /** What was sent before still leaves. */
  close(): void
}

/** Who is told of what comes to a socket. The bytes are lent: once `heard` is over they are others. */
export interface Hearers {
  heard(bytes: Buffer, from: Sender): void
  failed(error: unknown): void
}

/** How a thread reaches the network, and how it waits for it: see {@link EngineName}. */
export interface UdpEngine {
  /**
   * Opens a socket. With `shared`, several sockets of ours have the same port, and each client always
   * talks to the same one of them (SO_REUSEPORT, socket(7)).
   *
   * Rejects with the system's error when the port is taken, forbidden, or the address is not there.
   */
  bind(where: Where, shared: boolean, hearers: Hearers): Promise<ServerSocket>
  /** Opens a port that the system chooses at random. Rejects with the system's error. */
  openLine(address: string, client: Sender, heard: (bytes: Buffer) => void): Promise<DownloadSocket>
  /** Calls from now on at least so often, in milliseconds. One look is all that there is. */
  every(ms: number, look: () => void): void
  /** Calls after whatever waits on the sockets was handled, without sleeping before. */
  next(turn: () => void): void
  /** Has to be told of what Node's event loop does for the thread, files above all. */
  during<T>(work: Promise<T>): Promise<T>
  /** The descriptor that wakes the thread when eight bytes are written to it; with dgram messages do. */
  readonly bell?: number
  /** Ends the looks and the waiting; all sockets are closed before, and the bell by whoever rings it, after. */
  close(): void
}
