import { WireError } from './error.ts'

/** Option names in lower case to values, in the order of the packet (RFC 2347). */
export type TftpOptions = ReadonlyMap<string, string>

/** RRQ or WRQ; the mode is in lower case. */
export interface TftpRequest {
  readonly kind: 'rrq' | 'wrq'
  readonly file: string
  readonly mode: string
  readonly options: TftpOptions
}

export type TftpPacket =
  | TftpRequest
  | { readonly kind: 'data'; readonly block: number; readonly payload: Uint8Array }
  | { readonly kind: 'ack'; readonly block: number }
  | { readonly kind: 'error'; readonly code: number; readonly text: string }
  | { readonly kind: 'oack'; readonly options: TftpOptions }

/** Error codes of RFC 1350 §5 and, for options, RFC 2347. */
export const tftpErrors = {
  undefined: 0,
  notFound: 1,
  accessViolation: 2,
  diskFull: 3,
  illegalOperation: 4,
  unknownTransfer: 5,
  fileExists: 6,
  noSuchUser: 7,
  optionsRefused: 8,
} as const

/** Bytes in front of the payload of a DATA packet. */
export const dataHeaderBytes = 4

const RRQ = 1
const WRQ = 2
const DATA = 3
const ACK = 4
const ERROR = 5
const OACK = 6

// RFC 2347 allows 512 bytes for a request; what needs more than one frame is no boot ROM.
const maxRequestBytes = 1468
const maxErrorTextBytes = 500

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
const toUtf8 = new TextEncoder()

/** Reads any TFTP packet (RFC 1350 §5, RFC 2347). Throws WireError for what is none. */
export function decodeTftp(bytes: Uint8Array): TftpPacket {
  const opcode = u16(bytes, 0)
  switch (opcode) {
    case RRQ:
      return decodeRequest('rrq', bytes)
    case WRQ:
      return decodeRequest('wrq', bytes)
    case DATA:
      return { kind: 'data', block: u16(bytes, 2), payload: bytes.subarray(dataHeaderBytes) }
    case ACK:
      return { kind: 'ack', block: u16(bytes, 2) }
    case ERROR:
      return decodeError(bytes)
    case OACK:
      return { kind: 'oack', options: decodeOptions(bytes, 2) }
    default:
      throw new WireError(`TFTP has no opcode ${opcode}`)
  }
}

/** Writes any TFTP packet. Throws WireError for text that would not survive, such as a NUL in a name. */
export function encodeTftp(packet: TftpPacket): Uint8Array {
  switch (packet.kind) {
    case 'rrq':
      return encodeRequest(RRQ, packet)
    case 'wrq':
      return encodeRequest(WRQ, packet)
    case 'data':
      return encodeData(packet.block, packet.payload)
    case 'ack':
      return Uint8Array.of(0, ACK, (packet.block >>> 8) & 255, packet.block & 255)
    case 'error':
      return encodeError(packet.code, packet.text)
    case 'oack':
      return encodeTexts(OACK, [...packet.options].flat())
  }
}

// RRQ, WRQ   | opcode u16 | file | 0 | mode | 0 | name | 0 | value | 0 | ...

function decodeRequest(kind: 'rrq' | 'wrq', bytes: Uint8Array): TftpRequest {
  if (bytes.length > maxRequestBytes) throw new WireError(`a request of ${bytes.length} bytes`)
  const file = textAt(bytes, 2, 'file name')
  const mode = textAt(bytes, file.next, 'mode')
  const options = decodeOptions(bytes, mode.next)
  return { kind, file: file.text, mode: mode.text.toLowerCase(), options }
}

function encodeRequest(opcode: number, request: TftpRequest): Uint8Array {
  return encodeTexts(opcode, [request.file, request.mode, ...[...request.options].flat()])
}

// DATA       | 3 u16 | block u16 | 0 to blksize bytes |

function encodeData(block: number, payload: Uint8Array): Uint8Array {
  const packet = new Uint8Array(dataHeaderBytes + payload.length)
  writeDataHeader(packet, block)
  packet.set(payload, dataHeaderBytes)
  return packet
}

/**
 * Writes the header of DATA in front of a payload that the caller copies in, so that a block costs
 * one buffer. The block number wraps from 65535 to 0, as every client examined expects.
 */
export function writeDataHeader(packet: Uint8Array, block: number): void {
  packet[0] = 0
  packet[1] = DATA
  packet[2] = (block >>> 8) & 255
  packet[3] = block & 255
}

// ERROR      | 5 u16 | code u16 | text | 0 |

function decodeError(bytes: Uint8Array): TftpPacket {
  const code = u16(bytes, 2)
  // Some clients leave out the NUL, or the whole text.
  const end = bytes.indexOf(0, 4)
  return { kind: 'error', code, text: utf8.decode(bytes.subarray(4, end < 0 ? undefined : end)) }
}

function encodeError(code: number, text: string): Uint8Array {
  const bytes = toUtf8.encode(text).subarray(0, maxErrorTextBytes)
  const packet = new Uint8Array(4 + bytes.length + 1)
  packet.set([0, ERROR, (code >>> 8) & 255, code & 255])
  packet.set(bytes, 4)
  return packet
}

// OACK       | 6 u16 | name | 0 | value | 0 | ...

/** Of an option that comes twice the first counts. A name without a value ends the list. */
function decodeOptions(bytes: Uint8Array, from: number): TftpOptions {
  const options = new Map<string, string>()
  let at = from
  // An empty name: ROMs that pad their request with zeros.
  while (at < bytes.length && bytes[at] !== 0) {
    const valueAt = bytes.indexOf(0, at) + 1
    const end = valueAt === 0 ? -1 : bytes.indexOf(0, valueAt)
    if (end < 0) break
    const name = utf8.decode(bytes.subarray(at, valueAt - 1)).toLowerCase()
    if (!options.has(name)) options.set(name, utf8.decode(bytes.subarray(valueAt, end)))
    at = end + 1
  }
  return options
}

function encodeTexts(opcode: number, texts: readonly string[]): Uint8Array {
  if (texts.some(text => text.includes('\0'))) throw new WireError('a NUL inside a text')
  return Uint8Array.of(0, opcode, ...toUtf8.encode(texts.map(text => `${text}\0`).join('')))
}

function textAt(bytes: Uint8Array, from: number, what: string): { text: string; next: number } {
  const end = bytes.indexOf(0, from)
  if (end < 0) throw new WireError(`the ${what} does not end`)
  return { text: utf8.decode(bytes.subarray(from, end)), next: end + 1 }
}

function u16(bytes: Uint8Array, at: number): number {
  const high = bytes[at]
  const low = bytes[at + 1]
  if (high === undefined || low === undefined) throw new WireError('the packet ends too early')
  return (high << 8) | low
}
