import type { Reason } from '../boot/reason.ts'
import { PowerError } from './power.ts'

/** What a BMC or a plug says is at most so many bytes: the longest of real ones are some 100 KiB. */
const most = 1024 * 1024

/** Reads an answer to its end. Throws PowerError when it is longer than any honest one. */
export async function readAnswer(
  body: AsyncIterable<Uint8Array>,
  address: string,
): Promise<string> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of body) {
    bytes += piece.length
    // Leaving the loop ends the stream, and with it the connection.
    if (bytes > most) throw new PowerError({ code: 'bmc-too-much', address, bytes: most })
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

/** It sends us on, where nothing is sent: there it would be somebody else who gets the password. */
export function redirected(location: string | string[] | undefined, address: string): PowerError {
  const to = (typeof location === 'string' && URL.parse(location)?.host) || 'another place'
  return new PowerError({ code: 'bmc-redirect', address, to })
}

/** Why a request came to nothing; `seconds` is how long it was given. */
export function whyNoAnswer(error: unknown, address: string, seconds: number): PowerError {
  if (error instanceof PowerError) return error
  return new PowerError(reasonOf(error, address, seconds))
}

function reasonOf(error: unknown, address: string, seconds: number): Reason {
  if (!(error instanceof Error)) {
    return { code: 'bmc-unreachable', address, error: String(error) }
  }
  const slow = ['TimeoutError', 'HeadersTimeoutError', 'BodyTimeoutError']
  if (slow.includes(error.name)) return { code: 'bmc-slow', address, seconds }
  const { code } = error as NodeJS.ErrnoException
  return { code: 'bmc-unreachable', address, error: textOf(code, error.message) }
}

/** What the system calls the usual ones, for people. */
const causes: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to its network',
  ENOTFOUND: 'nobody knows this name',
  EAI_AGAIN: 'nobody answers who could know this name',
  ECONNRESET: 'it broke the connection off',
  UND_ERR_SOCKET: 'it broke the connection off',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
}

function textOf(code: string | undefined, message: string): string {
  return (code !== undefined && causes[code]) || message || (code ?? 'unknown')
}
