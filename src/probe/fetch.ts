import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { request } from 'undici'
import { formatIpv4, type Ipv4 } from '../wire/address.ts'
import { decodeTftp, encodeTftp, type TftpPacket } from '../wire/tftp-packet.ts'

/** How a fetch went: so many bytes, or why not. */
export type Fetched =
  | { readonly ok: true; readonly bytes: number; readonly ms: number }
  | { readonly ok: false; readonly why: string }

/** Loaders are about a megabyte; what is larger than this is none. */
const mostBytes = 64 * 1024 * 1024
/** A packet that is lost is asked for again after this, so many times. */
const lostMs = 1000
const tries = 4
const blksize = 1408

/** Fetches a file by TFTP (RFC 1350, RFC 2348) to its end and throws it away. */
export async function fetchTftp(server: Ipv4, file: string): Promise<Fetched> {
  const begun = performance.now()
  const socket = createSocket('udp4')
  let peer = 69
  let last: TftpPacket = {
    kind: 'rrq',
    file,
    mode: 'octet',
    options: new Map([['blksize', String(blksize)]]),
  }
  let size = 512
  let block = 0
  let bytes = 0
  const answer = async () => {
    for (let left = tries; left > 0; left--) {
      socket.send(encodeTftp(last), peer, formatIpv4(server))
      try {
        const [data, from] = await once(socket, 'message', { signal: AbortSignal.timeout(lostMs) })
        peer = from.port
        return decodeTftp(data)
      } catch (error) {
        if ((error as Error).name !== 'AbortError') throw error
      }
    }
    return undefined
  }
  try {
    for (;;) {
      const packet = await answer()
      if (!packet) return { ok: false, why: bytes === 0 ? 'no answer' : `stopped at byte ${bytes}` }
      if (packet.kind === 'error') return { ok: false, why: packet.text || `error ${packet.code}` }
      if (packet.kind === 'oack') size = Number(packet.options.get('blksize') ?? 512)
      if (packet.kind === 'data' && packet.block === ((block + 1) & 0xffff)) {
        block = packet.block
        bytes += packet.payload.length
        const ended = packet.payload.length < size
        last = { kind: 'ack', block }
        if (ended) socket.send(encodeTftp(last), peer, formatIpv4(server))
        if (ended) return { ok: true, bytes, ms: performance.now() - begun }
        if (bytes > mostBytes) return { ok: false, why: 'it does not end' }
      }
      if (packet.kind === 'oack') last = { kind: 'ack', block: 0 }
    }
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) }
  } finally {
    socket.close()
  }
}

/**
 * Asks for a URL by HEAD: it is there or it is not, and nobody's installer is begun or read by that
 * (a GET of a host's script would open an attempt). A script that is for its machine alone (403) is there.
 */
export async function fetchHead(url: string): Promise<Fetched> {
  const begun = performance.now()
  try {
    const { statusCode, headers, body } = await request(url, {
      method: 'HEAD',
      headersTimeout: 5000,
      bodyTimeout: 5000,
    })
    await body.dump()
    if (statusCode !== 200 && statusCode !== 403) return { ok: false, why: `HTTP ${statusCode}` }
    const bytes = Number(headers['content-length'] ?? 0)
    return { ok: true, bytes, ms: performance.now() - begun }
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) }
  }
}
