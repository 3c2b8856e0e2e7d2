import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { bootDiscover } from '../../src/explain/boot-discover.ts'
import { ipv4ToBytes, type Mac, macToBytes, parseIpv4 } from '../../src/wire/address.ts'
import { type DhcpPacket, encodeDhcp } from '../../src/wire/dhcp-packet.ts'
import { encodeTftp } from '../../src/wire/tftp-packet.ts'
import { macOf } from '../macs.ts'
import { type Aim, paced } from './aim.ts'

/** Datagrams, most of them with an address or a MAC that is somebody else's. */
export const udpFloods = {
  'A2 DISCOVERs with the MAC of a host that installs, 200/s': async ({ mac, seconds }: Aim) => {
    const socket = await open()
    const stages = ['firmware', 'ipxe'] as const
    await paced(200, seconds, n => shout(socket, discover(mac, stages[n % 2] ?? 'firmware', n)))
  },

  'A3 DISCOVERs and RRQs as if from it, 100/s each': async ({
    server,
    victim,
    mac,
    seconds,
  }: Aim) => {
    const socket = await open()
    // The machine has its address itself: another of ours says the same as far as this costs anything.
    const rrq = await open(victim).catch(() => socket)
    await paced(100, seconds, n => {
      shout(socket, discover(mac, 'firmware', n))
      rrq.send(request('undionly.kpxe'), 69, server)
    })
  },

  'A4 RELEASEs and DECLINEs of what others have, 200/s': async ({ server, seconds }: Aim) => {
    const socket = await open()
    await paced(200, seconds, n => {
      const address = `10.99.${1 + (n % 60)}.${n % 250}`
      const type = n % 2 === 0 ? 7 : 4
      socket.send(givenBack(macOf(7, n % 50), address, server, type), 67, server)
    })
  },

  'B11 RRQs of 700 new addresses a second that never acknowledge': async ({
    server,
    seconds,
  }: Aim) =>
    paced(700, seconds, n => {
      void open(`10.99.${128 + ((n >> 8) & 127)}.${n & 255}`).then(socket => {
        socket.send(request('undionly.kpxe'), 69, server)
        setTimeout(() => socket.close(), 1000)
      })
    }),

  'B11 blind ACKs, 5,000/s': async ({ server, seconds }: Aim) => {
    const socket = await open()
    socket.send(request('undionly.kpxe', '512'), 69, server)
    await paced(5000, seconds, n => {
      if (n % 500 === 0) socket.send(request('undionly.kpxe', '512'), 69, server)
      socket.send(encodeTftp({ kind: 'ack', block: n & 0xff }), 69, server)
    })
  },

  'B12 a machine that answers ARP for the range, while 100/s new ones ask': async ({
    seconds,
  }: Aim) => {
    const { run } = await import('../../test/lab/command.ts')
    const range = ['local', '10.99.32.0/19', 'dev', 'eth0']
    await run(['ip', 'route', 'add', ...range])
    const socket = await open()
    await paced(100, seconds, n => shout(socket, discover(macOf(8, n), 'firmware', n)))
    await run(['ip', 'route', 'del', ...range])
  },

  'B14 DISCOVERs of machines that nobody knows, 2,000/s': async ({ seconds }: Aim) => {
    const socket = await open()
    await paced(2000, seconds, n => shout(socket, discover(macOf(9, n), 'firmware', n)))
  },

  'B14 syslog, 5,000/s': async ({ server, seconds }: Aim) => {
    const socket = await open()
    await paced(5000, seconds, n => socket.send(`<14>flood: line ${n}`, 514, server))
  },
} satisfies Readonly<Record<string, (aim: Aim) => Promise<void>>>

async function open(address?: string): Promise<Socket> {
  const socket = createSocket('udp4')
  socket.on('error', () => {})
  socket.bind({ ...(address !== undefined && { address }) })
  await once(socket, 'listening')
  socket.setBroadcast(true)
  return socket
}

function shout(socket: Socket, packet: DhcpPacket): void {
  socket.send(encodeDhcp(packet, { max: 1472 }), 67, '255.255.255.255')
}

function discover(mac: string, stage: 'firmware' | 'ipxe', n: number): DhcpPacket {
  const packet = bootDiscover({ mac: mac as Mac, stage, arch: 'bios', type: 0 })
  return { ...packet, xid: 0x40000000 + n }
}

/** A RELEASE (7) or DECLINE (4). */
function givenBack(mac: Mac, address: string, server: string, type: number): Uint8Array {
  const ip = (text: string) => ipv4ToBytes(parseIpv4(text) ?? (0 as never))
  const packet = bootDiscover({ mac, stage: 'firmware', arch: 'bios', type: 0 })
  const given = type === 7 ? { ciaddr: parseIpv4(address) ?? (0 as never) } : {}
  const options = new Map<number, Uint8Array>([
    [53, Uint8Array.of(type)],
    [50, ip(address)],
    [54, ip(server)],
  ])
  return encodeDhcp({ ...packet, ...given, chaddr: macToBytes(mac), options }, { max: 1472 })
}

function request(file: string, blksize = '1432'): Uint8Array {
  return encodeTftp({ kind: 'rrq', file, mode: 'octet', options: new Map([['blksize', blksize]]) })
}
