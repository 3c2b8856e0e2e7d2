import { parseIpv4, unspecified } from '../wire/address.ts'
import { WireError } from '../wire/error.ts'
import { decodeTftp, encodeTftp, type TftpRequest, tftpErrors } from '../wire/tftp-packet.ts'
import type { Counts } from './counts.ts'
import type { TftpEvent } from './event.ts'
import type { Files, Peer, Refused } from './files.ts'
import { negotiate, type OptionLimits } from './negotiate.ts'
import { createTap, type Keep } from './packet-tap.ts'
import {
  createSession,
  endSession,
  hearAck,
  hearAgain,
  hearError,
  printable,
  refuseSession,
  type Session,
  startSession,
  wakeSession,
} from './session.ts'

export interface TftpLimits extends OptionLimits {
  /** Downloads at the same time, in all and for one client address. */
  readonly transfers: number
  readonly perAddress: number
  /** Wait before the first retransmission; a client may ask for another. */
  readonly timeoutMs: number
  /** A download without progress for so long is dropped. */
  readonly idleMs: number
  /** Bytes of files kept in memory. */
  readonly cacheBytes: number
}

export const defaultLimits: TftpLimits = {
  blockSize: 1468,
  windowSize: 32,
  transfers: 4096,
  perAddress: 256,
  timeoutMs: 1000,
  idleMs: 120_000,
  cacheBytes: 64 * 1024 * 1024,
}

/** The part of a pino logger that is used here. */
export interface TftpLog {
  debug(fields: object, text: string): void
  info(fields: object, text: string): void
  warn(fields: object, text: string): void
  error(fields: object, text: string): void
}

/** What requests need besides a socket. */
export interface DeskOptions {
  readonly limits: TftpLimits
  readonly files: Files
  readonly counts: Counts
  /** A smaller block size for some peers, in bytes. */
  readonly blockSizeFor?: (peer: Peer) => Promise<number | undefined>
  readonly log: Pick<TftpLog, 'debug' | 'error'>
  readonly seen: (event: TftpEvent) => void
  /** Told of the packets that tell the story of a download. */
  readonly keep?: Keep
}

/** All downloads of one thread; the limits count those of all threads. */
export interface Desk extends DeskOptions {
  readonly running: Set<Session>
  readonly taps: WeakMap<Session, ReturnType<typeof createTap>>
}

/** One of the server's sockets; the same peer may talk to several. */
export interface Door {
  readonly sessions: Map<string, Session>
  /** True when the bytes have left: they may be written again. */
  readonly send: (packet: Uint8Array, to: Sender) => boolean
  /** Where it listens. */
  readonly local: Peer
}

/** Where a packet came from. */
export interface Sender {
  readonly address: string
  readonly port: number
}

export function createDesk(options: DeskOptions): Desk {
  return { ...options, running: new Set(), taps: new WeakMap() }
}

/** Takes one packet. Whatever it holds, nothing is thrown. */
export function receive(desk: Desk, door: Door, bytes: Buffer, from: Sender): void {
  // Nobody can be answered at port 0.
  if (from.port === 0) return
  try {
    const packet = decodeTftp(bytes)
    if (packet.kind === 'rrq' || packet.kind === 'wrq') {
      if (desk.keep) createTap(peerOf(from), door.local, desk.keep).heard(bytes)
      ask(desk, door, packet, from)
      return
    }
    // Nothing but requests is answered: two servers must not talk to each other for ever.
    const session = door.sessions.get(keyOf(from))
    if (!session) return
    desk.taps.get(session)?.heard(bytes)
    if (packet.kind === 'ack') hearAck(session, packet.block)
    else if (packet.kind === 'error') hearError(session, packet.code, packet.text)
  } catch (err) {
    const about = { peer: keyOf(from), bytes: bytes.toString('hex', 0, 64) }
    if (err instanceof WireError) desk.log.debug({ ...about, reason: err.message }, 'not TFTP')
    else desk.log.error({ ...about, err }, 'TFTP packet not handled')
  }
}

/** Sends again what is due. One look at all sessions is cheaper than a timer for every block. */
export function wakeAll(desk: Desk): void {
  for (const session of desk.running) wakeSession(session, desk.limits.idleMs)
}

/** Tells all clients of a socket that their download ends here. */
export function stopAll(door: Door): void {
  for (const session of door.sessions.values()) {
    refuseSession(session, tftpErrors.undefined, 'the server is stopping')
  }
}

function ask(desk: Desk, door: Door, request: TftpRequest, from: Sender): void {
  const running = door.sessions.get(keyOf(from))
  if (running && isRepetition(running, request)) {
    hearAgain(running)
    return
  }
  const refusal = refusalOf(desk, request, from, running !== undefined)
  if (refusal) {
    refuse(desk, door, request, from, refusal)
    return
  }
  if (running) endSession(running, running.started ? 'failed' : undefined, 'the client asked anew')

  const session = enter(desk, door, request, from)
  openAndStart(desk, session).catch(err => {
    desk.log.error({ err, peer: keyOf(from) }, 'TFTP request not handled')
    refuseSession(session, tftpErrors.undefined, 'internal error')
  })
}

function enter(desk: Desk, door: Door, request: TftpRequest, from: Sender): Session {
  const { counts, running } = desk
  const peer = peerOf(from)
  const key = keyOf(from)
  const tap = desk.keep && createTap(peer, door.local, desk.keep)
  const session = createSession(request, peer, {
    send: tap
      ? packet => {
          tap.sent(packet)
          return door.send(packet, from)
        }
      : packet => door.send(packet, from),
    now: () => performance.now(),
    seen: desk.seen,
    ended() {
      door.sessions.delete(key)
      running.delete(session)
      counts.add(peer.address, -1)
    },
  })
  door.sessions.set(key, session)
  if (tap) desk.taps.set(session, tap)
  running.add(session)
  counts.add(peer.address, 1)
  return session
}

async function openAndStart(desk: Desk, session: Session): Promise<void> {
  const { peer, request } = session
  const [file, peerBlockSize] = await Promise.all([
    desk.files.open(request.file, peer),
    desk.blockSizeFor?.(peer),
  ])
  if ('refused' in file) {
    refuseSession(session, file.refused, file.reason, 'refused')
    return
  }
  if (session.over) {
    file.close()
    return
  }
  const { limits } = desk
  const blockSize = Math.min(limits.blockSize, peerBlockSize ?? limits.blockSize)
  const terms = negotiate(request.options, file.size, { ...limits, blockSize })
  startSession(session, file, terms, limits.timeoutMs)
}

/** What is refused without a look at any file. `again`: the peer has a place already. */
function refusalOf(
  desk: Desk,
  request: TftpRequest,
  from: Sender,
  again: boolean,
): Refused | undefined {
  const { counts, limits } = desk
  if (request.kind === 'wrq') {
    return { refused: tftpErrors.accessViolation, reason: 'this server is read-only' }
  }
  if (request.mode !== 'octet') {
    const reason = `only mode octet (binary) is served, not ${printable(request.mode)}`
    return { refused: tftpErrors.undefined, reason }
  }
  if (again) return undefined
  if (counts.of(peerOf(from).address) >= limits.perAddress) {
    return { refused: tftpErrors.undefined, reason: 'too many transfers to your address' }
  }
  if (counts.all() >= limits.transfers) {
    return { refused: tftpErrors.undefined, reason: 'too many transfers, try again later' }
  }
  return undefined
}

function refuse(desk: Desk, door: Door, request: TftpRequest, from: Sender, why: Refused): void {
  const error = encodeTftp({ kind: 'error', code: why.refused, text: why.reason })
  if (desk.keep) createTap(peerOf(from), door.local, desk.keep).sent(error)
  door.send(error, from)
  const name = printable(request.file)
  desk.seen({ kind: 'refused', peer: peerOf(from), name, reason: why.reason })
}

/** The client asks once more because nothing of the answer has reached it. */
function isRepetition({ request, transfer }: Session, again: TftpRequest): boolean {
  const sameOptions = [...request.options].join('\0') === [...again.options].join('\0')
  return !transfer?.heard && sameOptions && request.file === again.file
}

function keyOf({ address, port }: Sender): string {
  return `${address}:${port}`
}

function peerOf({ address, port }: Sender): Peer {
  return { address: parseIpv4(address) ?? unspecified, port }
}
