import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { doctorOf } from '../../src/daemon/api/doctor.ts'
import { dhcpDeps, learn } from '../../src/daemon/doors/dhcp-desk.ts'
import { createDhcpDesk } from '../../src/dhcp/desk.ts'
import type { Arrival } from '../../src/dhcp/network.ts'
import type { Rival } from '../../src/dhcp/rivals.ts'
import { sawTftp } from '../../src/record/seen-files.ts'
import { sawPacket } from '../../src/record/seen-packet.ts'
import { countsMemory, createCounts } from '../../src/tftp/counts.ts'
import { createTftpDesk, receive, wakeAll } from '../../src/tftp/desk.ts'
import { openFiles } from '../../src/tftp/files.ts'
import { defaultLimits } from '../../src/tftp/limits.ts'
import { ipv4ToBytes } from '../../src/wire/address.ts'
import { option } from '../../src/wire/dhcp-codes.ts'
import { type DhcpPacket, encodeDhcp } from '../../src/wire/dhcp-packet.ts'
import { textToBytes } from '../../src/wire/dhcp-values.ts'
import { encodeTftp, type TftpPacket } from '../../src/wire/tftp-packet.ts'
import { type Change, ip, like } from '../dhcp/examples.ts'
import { mac, own, startHttp } from '../http/daemon.ts'
import { until } from '../install/world.ts'
import { note } from '../nonsense/note.ts'
import { noteMetrics, noteTimeline } from '../nonsense/outlines.ts'

/** What else a story needs to be told. */
export interface Scene {
  readonly mode?: 'proxy' | 'server'
  /** Added to the config. */
  readonly more?: string
  readonly loaders?: Readonly<Record<string, Uint8Array | string>>
}

/**
 * node1 and the doors it knocks at: the DHCP policy, TFTP and HTTP as they are, without sockets. What
 * happens there is what the doctor reads afterwards.
 */
export async function startStory(t: Test, { mode = 'proxy', more = '', loaders = {} }: Scene = {}) {
  const range = mode === 'server' ? 'server, range: 127.0.0.20-127.0.0.29' : mode
  const http = await startHttp(t, more, { mode: range })
  const { wired, folder } = http
  // Timelines carry the wall clock.
  http.clock.now = Date.now()
  const write = (name: string, bytes: Uint8Array | string) => {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), bytes)
  }
  for (const name of ['undionly.kpxe', 'ipxe.efi']) write(`assets/loaders/${name}`, name)
  for (const [name, bytes] of Object.entries(loaders)) write(`assets/loaders/${name}`, bytes)
  wired.world.replace(wired.world.config(), [], () => undefined)

  const rivals: Rival[] = []
  const hear = openDhcp(http, rivals)
  const send = (packet: DhcpPacket, port?: Arrival['port']) =>
    hear(encodeDhcp(packet, { max: 1472 }), port)
  const host = () => {
    const found = wired.world.config().hosts.get('node1')
    if (!found) throw new Error('unreachable')
    return found
  }

  t.teardown(async () => {
    await noteTimeline(http)
    await noteMetrics(http)
  })
  const verdicts = (seconds = 0) => {
    const found = doctorOf(
      host(),
      http.memory.events.newest(1000, 'node1'),
      wired,
      Date.now() + seconds * 1000,
    )
    note(
      'verdicts',
      found.map(({ id }) => id),
    )
    return found
  }

  return {
    ...http,
    rivals,
    write,
    /** A captured packet, as node1 sends it. */
    packet: (capture: string, change: Change = {}) => like(capture, { mac, ...change }),
    send,
    /** Any bytes that come to the DHCP port. */
    hear,
    /** DISCOVER, and the REQUEST for what was offered: to us, or to another server. */
    async lease(capture: Capture, server?: string, options: Change['options'] = {}) {
      const offer = await send(like(`${capture}-discover`, { mac, options }))
      const serverId = ip(server ?? '127.0.0.1')
      const address = offer?.yiaddr ? offer.yiaddr : ip(own)
      const taking = {
        ...options,
        [option.serverId]: ipv4ToBytes(serverId),
        [option.requestedAddress]: ipv4ToBytes(address),
      }
      await send(like(`${capture}-request`, { mac, options: taking }))
      return offer
    },
    tftp: (file: string, stopBehind?: number) => download(http, file, stopBehind),
    /** What the doctor says when so many seconds have passed. */
    verdicts,
    ids: (seconds = 0) => verdicts(seconds).map(({ id }) => id),
  }
}

/** The DHCP policy without a socket: takes a datagram from node1's network, and has the reply. */
function openDhcp({ wired, held }: Http, rivals: readonly Rival[]) {
  const desk = createDhcpDesk({
    deps: dhcpDeps(wired),
    learn: news => learn(news, wired),
    async commit(lease) {
      wired.memory.leases.save(lease)
    },
    seen: (outcome, packet) => sawPacket(wired.timeline, outcome, packet, () => rivals),
    shut: () => held[0],
    log: wired.log,
  })
  return async (bytes: Uint8Array, port: Arrival['port'] = 'dhcp') => {
    const replies: DhcpPacket[] = []
    const source = { address: ip('0.0.0.0'), port: 68 }
    const [network] = wired.world.networks4()
    const from = { broadcast: port === 'dhcp', port, source, serverPort: 67 }
    const arrival = { ...from, ...(network && { network }) }
    desk.receive(bytes, arrival, ({ reply }) => {
      replies.push(reply)
    })
    await new Promise(resolve => setImmediate(resolve))
    return replies[0]
  }
}

/** A download by node1 through the TFTP desk; it may go silent behind a block. */
async function download(
  { wired, folder }: Http,
  file: string,
  stopBehind = Number.POSITIVE_INFINITY,
): Promise<void> {
  const ended: string[] = []
  const desk = createTftpDesk({
    limits: { ...defaultLimits, timeoutMs: 1 },
    counts: createCounts(countsMemory()),
    files: openFiles({ roots: [join(folder, 'assets/loaders')] }, 1 << 20),
    log: wired.log,
    seen(event) {
      if (event.kind !== 'start') ended.push(event.kind)
      sawTftp(wired.timeline, event)
    },
  })
  const from = { address: own, port: 2000 }
  const say = (packet: TftpPacket) => receive(desk, door, Buffer.from(encodeTftp(packet)), from)
  const door = {
    sessions: new Map(),
    local: { address: ip('127.0.0.1'), port: 69 },
    send(bytes: Uint8Array) {
      const block = ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0)
      const isData = bytes[1] === 3
      if (isData && block <= stopBehind) setImmediate(() => say({ kind: 'ack', block }))
      if (bytes[1] === 6) setImmediate(() => say({ kind: 'ack', block: 0 }))
      return false
    },
  }
  const options = new Map([['blksize', '1024']])
  say({ kind: 'rrq', file, mode: 'octet', options })
  await until(() => {
    wakeAll(desk)
    return ended.length > 0
  }, `the end of ${file}`)
}

type Http = Awaited<ReturnType<typeof startHttp>>

type Capture = 'ipxe-rom-bios' | 'ovmf-x64' | 'snponly' | 'undionly'

/** What a BIOS says where UEFI says that it is one. */
export const bios: NonNullable<Change['options']> = {
  [option.clientArch]: Uint8Array.of(0, 0),
  [option.vendorClass]: textToBytes('PXEClient:Arch:00000:UNDI:002001'),
}

export type Story = Awaited<ReturnType<typeof startStory>>
