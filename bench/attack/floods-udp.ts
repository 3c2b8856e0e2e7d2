import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { bootDiscover } from '../../src/explain/boot-discover.ts'
import {
  ipv4ToBytes,
  type Mac,
  macToBytes,
  parseIpv4,
  unspecified,
} from '../../src/wire/address.ts'
import { type DhcpPacket, encodeDhcp } from '../../src/wire/dhcp-packet.ts'
import { encodeTftp } from '../../src/wire/tftp-packet.ts'
import { run } from '../../test/lab/command.ts'
import { macOf } from '../macs.ts'
import { openDhcp } from '../storm-wires.ts'
import { flood, type Heard, paced, strangerAddress } from './aim.ts'

/** Datagrams, most of them with an address or a MAC that is somebody else's. */
export const udpFloods = {
  'A2 DISCOVERs with the MAC of a host that installs, 200/s': flood(
    async ({ mac, seconds }, heard) => {
      const socket = await open(heard)
      const stages = ['firmware', 'ipxe'] as const
      await paced(200, seconds, n => shout(socket, discover(mac, stages[n % 2] ?? 'firmware', n)))
    },
  ),

  'A3 DISCOVERs and RRQs as if from a host that is off, 100/s each': flood(
    async ({ server, victim, mac, seconds }, heard) => {
      await forge(victim, async () => {
        const [socket, rrq] = [await open(heard), await open(heard, victim)]
        await paced(100, seconds, n => {
          shout(socket, discover(mac, 'firmware', n))
          rrq.send(request('undionly.kpxe'), 69, server)
        })
      })
    },
    { install: 'pending' },
  ),

  'A4 RELEASEs of the leases of the innocents, DECLINEs of a reserved address, 100/s each': flood(
    async ({ server, victim, mac, seconds }, heard) => {
      const addresses = await leasesOf(50)
      const socket = await open(heard)
      await paced(100, seconds, n => {
        const lease = addresses[n % addresses.length]
        if (lease) socket.send(givenBack(lease.mac, lease.address, server, 7), 67, server)
        socket.send(givenBack(mac as Mac, ipOf(victim), server, 4), 67, server)
      })
      heard('leases', addresses.length)
    },
  ),

  'B7 DISCOVERs with the MAC of a host with as many facts as it may have, 29/s': flood(
    async ({ mac, seconds }, heard) => {
      const socket = await open(heard)
      await paced(29, seconds, n => shout(socket, discover(mac, 'firmware', n)))
    },
  ),

  'B11 RRQs of 700 new addresses a second that never acknowledge': flood(
    async ({ server, seconds }, heard) =>
      paced(700, seconds, n => {
        void open(heard, strangerAddress(n)).then(socket => {
          socket.send(request('undionly.kpxe'), 69, server)
          setTimeout(() => socket.close(), 1000)
        })
      }),
  ),

  'B11 blind ACKs, 5,000/s': flood(async ({ server, seconds }, heard) => {
    const socket = await open(heard)
    const rrq = request('undionly.kpxe', '512')
    await paced(5000, seconds, n => {
      if (n % 500 === 0) socket.send(rrq, 69, server)
      socket.send(encodeTftp({ kind: 'ack', block: n & 0xff }), 69, server)
      heard('bytes sent', n % 500 === 0 ? rrq.length + 4 : 4)
    })
  }),

  'B12 a machine that answers ARP for the range, while 100/s new ones ask': flood(
    async ({ seconds }, heard) => {
      // The whole range, and not those who mean no harm.
      const range = ['1.0/24', '2.0/23', '4.0/22', '8.0/21', '16.0/20', '32.0/19']
      for (const part of range) await run(['ip', 'route', 'add', ...localTo(`10.99.${part}`)])
      const socket = await open(heard)
      await paced(100, seconds, n => shout(socket, discover(macOf(8, n), 'firmware', n)))
      for (const part of range) await run(['ip', 'route', 'del', ...localTo(`10.99.${part}`)])
    },
  ),

  'B14 DISCOVERs of machines that nobody knows, 2,000/s': flood(async ({ seconds }, heard) => {
    const socket = await open(heard)
    await paced(2000, seconds, n => shout(socket, discover(macOf(9, n), 'firmware', n)))
  }),

  'B14 syslog, 5,000/s': flood(async ({ server, seconds }, heard) => {
    const socket = await open(heard)
    await paced(5000, seconds, n => socket.send(`<14>flood: line ${n}`, 514, server))
    heard('sent', 5000 * seconds)
  }),
}

async function open(heard: Heard, address?: string): Promise<Socket> {
  const socket = createSocket('udp4')
  socket.on('error', error => heard(error.message))
  socket.on('message', bytes => heard('bytes heard', bytes.length))
  socket.bind({ ...(address !== undefined && { address }) })
  await once(socket, 'listening')
  socket.setBroadcast(true)
  return socket
}

/** Speaks as this address, which another has: no ARP is answered for it, and none asked in its name. */
async function forge(address: string, work: () => Promise<void>): Promise<void> {
  const set = (name: string, value: number) =>
    run(['sysctl', '-q', '-w', `net.ipv4.conf.all.${name}=${value}`])
  await set('arp_ignore', 1)
  await set('arp_announce', 2)
  await run(['ip', 'route', 'add', ...localTo(address)])
  await work()
  await run(['ip', 'route', 'del', ...localTo(address)])
  await set('arp_ignore', 0)
  await set('arp_announce', 0)
}

const localTo = (addresses: string) => ['local', addresses, 'dev', 'eth0']

/** The addresses that the machines of the innocents have: whoever asks in their name is told. */
async function leasesOf(count: number) {
  const wire = await openDhcp({ dhcp: 0, tftp: 0 })
  const asked = Array.from({ length: count }, async (_, n) => {
    const mac = macOf(7, n)
    const offer = await wire.ask({ ...discover(mac, 'ipxe', n), xid: 0x60000000 + n }, 1000)
    return { mac, address: offer.yiaddr }
  })
  const leases = await Promise.all(asked)
  wire.close()
  return leases
}

function shout(socket: Socket, packet: DhcpPacket): void {
  socket.send(encodeDhcp(packet, { max: 1472 }), 67, '255.255.255.255')
}

function discover(mac: string, stage: 'firmware' | 'ipxe', n: number): DhcpPacket {
  const packet = bootDiscover({ mac: mac as Mac, stage, arch: 'bios', type: 0 })
  return { ...packet, xid: 0x40000000 + n }
}

const ipOf = (text: string) => parseIpv4(text) ?? unspecified

/** A RELEASE (7) or DECLINE (4). */
function givenBack(mac: Mac, address: DhcpPacket['ciaddr'], server: string, type: number) {
  const packet = bootDiscover({ mac, stage: 'firmware', arch: 'bios', type: 0 })
  const options = new Map<number, Uint8Array>([
    [53, Uint8Array.of(type)],
    [54, ipv4ToBytes(ipOf(server))],
    ...(type === 7 ? [] : [[50, ipv4ToBytes(address)] as const]),
  ])
  const ciaddr = type === 7 ? address : unspecified
  return encodeDhcp({ ...packet, ciaddr, chaddr: macToBytes(mac), options }, { max: 1472 })
}

function request(file: string, blksize = '1432'): Uint8Array {
  return encodeTftp({ kind: 'rrq', file, mode: 'octet', options: new Map([['blksize', blksize]]) })
}
