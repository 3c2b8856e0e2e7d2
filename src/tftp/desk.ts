import { performance } from 'node:perf_hooks'
import type { DoorLog } from '../base/log.ts'
import { because } from '../boot/words/reason.ts'
import { WireError } from '../wire/error.ts'
import { formatIpAddress, type IpAddress } from '../wire/ip-address.ts'
import { decodeTftp, type TftpPacket, type TftpRequest, tftpErrors } from '../wire/tftp-packet.ts'
import { giveWay, whyNoPlace, whyRefused } from './admission.ts'
import type { Counts } from './counts.ts'
import { hearAck, hearAgain, hearError, startSession, wakeSession } from './download.ts'
import type { UdpEngine } from './engine.ts'
import { shown, type TftpEvent } from './event.ts'
import { errorPacket, type Files, type Peer, type TftpRefusal } from './files.ts'
import type { TftpLimits } from './limits.ts'
import { negotiate } from './negotiate.ts'
import { createTap, type Keep } from './packet-tap.ts'
import { keyOf, peerOf, type Sender } from './sender.ts'
import { createSession, endSession, refuseSession, type TftpSession } from './session.ts'
import type { PeerTerms } from './terms.ts'

/** What requests need besides a socket. */
export interface TftpDeskOptions {
  readonly limits: TftpLimits
  readonly files: Files
  readonly counts: Counts
  /** Whom we serve, and how; without it everybody alike. */
  readonly termsFor?: (peer: Peer) => Promise<PeerTerms | undefined>
  /** Opens a port of its own for a download. */
  readonly openLine?: UdpEngine['openLine']
  readonly log: Pick<DoorLog, 'debug' | 'error'>
  readonly seen: (event: TftpEvent) => void
  readonly arrived?: (receipt: number) => void
  /** Told of the packets that tell the story of a download. */
  readonly keep?: Keep
}

/** All downloads of one thread; the limits count those of all threads. */
export interface TftpDesk extends TftpDeskOptions {
  readonly running: Set<TftpSession>
  /** Those whose client has acknowledged nothing yet, the oldest first: they give way. */
  readonly unheard: Set<TftpSession>
}

/** One of the server's sockets; the same peer may talk to several. */
export interface ServedSocket {
  readonly sessions: Map<string, TftpSession>
  /** See {@link import('./engine.ts').ServerSocket}. */
  readonly send: (packet: Uint8Array, to: Sender) => boolean
  /** Where it listens. */
  readonly local: Peer
}

export function createTftpDesk(options: TftpDeskOptions): TftpDesk {
  return { ...options, running: new Set(), unheard: new Set() }
}

/** Takes one packet. Whatever it holds, nothing is thrown. */
export function receive(desk: TftpDesk, door: ServedSocket, bytes: Buffer, from: Sender): void {
  // Nobody can be answered at port 0.
  if (from.port === 0) return
  try {
    const packet = decodeTftp(bytes)
    if (packet.kind === 'rrq' || packet.kind === 'wrq') {
      if (desk.keep) createTap(peerOf(from), door.local, desk.keep).heard(bytes)
      ask(desk, door, packet, from)
      return
    }
    const session = door.sessions.get(keyOf(from))
    // Who has a port of its own is heard there alone: here anybody could speak for it.
    if (session && !session.line) hear(session, packet, bytes)
  } catch (err) {
    const about = { peer: keyOf(from), bytes: bytes.toString('hex', 0, 64) }
    if (err instanceof WireError) desk.log.debug({ ...about, reason: err.message }, 'not TFTP')
    else desk.log.error({ ...about, err }, 'TFTP packet not handled')
  }
}

/** Nothing but requests is answered to whom we do not know: two servers must not talk for ever. */
function hear(session: TftpSession, packet: TftpPacket, bytes: Buffer): void {
  session.tap?.heard(bytes)
  if (packet.kind === 'ack') hearAck(session, packet.block)
  else if (packet.kind === 'error') hearError(session, packet.code, packet.text)
}

/** Its client is there: it has a place, as long as there is one. */
function settle(desk: TftpDesk, session: TftpSession): void {
  desk.unheard.delete(session)
  const { address } = session.peer
  const full = whyNoPlace(desk, address)
  desk.counts.add(address, 1)
  if (full) refuseSession(session, full.refused, full.why, 'refused')
}

/** Sends again what is due. One look at all sessions is cheaper than a timer for every block. */
export function wakeAll(desk: TftpDesk): void {
  for (const session of desk.running) wakeSession(session, desk.limits.idleMs)
}

/** Tells all clients of a socket that their download ends here. */
export function stopAll(door: ServedSocket): void {
  for (const session of door.sessions.values()) {
    refuseSession(session, tftpErrors.undefined, { code: 'server-stopping' })
  }
}

function ask(desk: TftpDesk, door: ServedSocket, request: TftpRequest, from: Sender): void {
  const running = door.sessions.get(keyOf(from))
  if (running && isRepetition(running, request)) {
    hearAgain(running)
    return
  }
  const refusal =
    whyRefused(request) ?? (running ? undefined : whyNoPlace(desk, peerOf(from).address))
  if (refusal) {
    refuse(desk, door, request, from, refusal)
    return
  }
  if (running)
    endSession(running, running.started ? 'failed' : undefined, { code: 'client-asked-anew' })

  const session = enter(desk, door, request, from)
  openAndStart(desk, session).catch(err => {
    desk.log.error({ err, peer: keyOf(from) }, 'TFTP request not handled')
    refuseSession(session, tftpErrors.undefined, { code: 'internal-error' })
  })
}

function enter(
  desk: TftpDesk,
  door: ServedSocket,
  request: TftpRequest,
  from: Sender,
): TftpSession {
  const { counts, running } = desk
  const peer = peerOf(from)
  const key = keyOf(from)
  const session = createSession(request, peer, {
    send(packet) {
      session.tap?.sent(packet)
      return session.line ? session.line.send(packet) : door.send(packet, from)
    },
    now: () => performance.now(),
    seen: desk.seen,
    heard: () => settle(desk, session),
    arrived: receipt => desk.arrived?.(receipt),
    ended() {
      door.sessions.delete(key)
      running.delete(session)
      if (!desk.unheard.delete(session)) counts.add(peer.address, -1)
      session.line?.close()
    },
  })
  door.sessions.set(key, session)
  if (desk.keep) session.tap = createTap(peer, door.local, desk.keep)
  running.add(session)
  giveWay(desk.unheard, desk.limits)
  desk.unheard.add(session)
  return session
}

async function openAndStart(desk: TftpDesk, session: TftpSession): Promise<void> {
  const { peer, request } = session
  const terms = (await desk.termsFor?.(peer)) ?? { kind: 'served' }
  if (terms.kind === 'ignored') {
    endSession(session)
    return
  }
  const [file] = await Promise.all([
    desk.files.open(request.file, peer),
    terms.from === undefined ? undefined : giveLine(desk, session, terms.from),
  ])
  if ('refused' in file) {
    refuseSession(session, file.refused, file.why, 'refused')
    return
  }
  if (session.over) {
    file.close()
    return
  }
  const { limits } = desk
  const blockSize = Math.min(limits.blockSize, terms.blockSize ?? limits.blockSize)
  const granted = negotiate(request.options, file.size, { ...limits, blockSize })
  startSession(session, file, granted, limits.timeoutMs)
}

/** A port of its own for a download; where none is left it goes on at the one that was asked. */
async function giveLine(desk: TftpDesk, session: TftpSession, from: IpAddress): Promise<void> {
  const { peer } = session
  const client = { address: formatIpAddress(peer.address), port: peer.port }
  try {
    const line = await desk.openLine?.(formatIpAddress(from), client, bytes =>
      heardOn(session, bytes),
    )
    if (session.over) line?.close()
    else if (line) {
      session.line = line
      const local = { address: from, port: line.port }
      if (desk.keep) session.tap = createTap(peer, local, desk.keep)
    }
  } catch (err) {
    desk.log.debug({ err, peer: keyOf(client) }, 'no port of its own for a download')
  }
}

function heardOn(session: TftpSession, bytes: Buffer): void {
  if (session.over) return
  try {
    hear(session, decodeTftp(bytes), bytes)
  } catch (err) {
    if (!(err instanceof WireError)) throw err
  }
}

function refuse(
  desk: TftpDesk,
  door: ServedSocket,
  request: TftpRequest,
  from: Sender,
  { refused, why }: TftpRefusal,
): void {
  const error = errorPacket(refused, why)
  if (desk.keep) createTap(peerOf(from), door.local, desk.keep).sent(error)
  door.send(error, from)
  const name = shown(request.file)
  desk.seen({ kind: 'refused', peer: peerOf(from), name, ...because(why) })
}

/** The client asks once more because nothing of the answer has reached it. */
function isRepetition({ request, transfer }: TftpSession, again: TftpRequest): boolean {
  const sameOptions = [...request.options].join('\0') === [...again.options].join('\0')
  return !transfer?.heard && sameOptions && request.file === again.file
}
