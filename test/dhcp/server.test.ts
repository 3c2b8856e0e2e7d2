import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import t, { type Test } from 'tap'
import type { DoorLog } from '../../src/base/log.ts'
import type { Lease } from '../../src/boot/lease.ts'
import type { Reason } from '../../src/boot/reason.ts'
import type { Conflict } from '../../src/dhcp/desk.ts'
import type { Outcome } from '../../src/dhcp/outcome.ts'
import { openDhcp } from '../../src/dhcp/server.ts'
import {
  formatIpv4,
  type Ipv4,
  ipv4ToBytes,
  type Mac,
  parseSubnet,
} from '../../src/wire/address.ts'
import { option } from '../../src/wire/dhcp-codes.ts'
import { type DhcpPacket, decodeDhcp, encodeDhcp } from '../../src/wire/dhcp-packet.ts'
import { bytesOf, host, ip, like, mac, network, now, type World, world } from './examples.ts'

const subnet = parseSubnet('127.0.0.0/8')
if (!subnet) throw new Error('unreachable')
const loopback = network({
  subnet,
  serverAddress: ip('127.0.0.1'),
  range: { from: ip('127.7.0.50'), to: ip('127.7.0.90') },
})

const efi = mac('52:54:00:12:34:02')
const silent: Pick<DoorLog, 'debug' | 'error'> = { debug() {}, error() {} }

async function open(t: Test, w: World, more: Partial<Parameters<typeof openDhcp>[0]> = {}) {
  const ports = await freePorts()
  const seen: Outcome[] = []
  const server = await openDhcp({
    ports,
    deps: w.deps,
    commit: async lease => void w.leases.set(lease.address, lease),
    seen: outcome => seen.push(outcome),
    now: () => now,
    log: silent,
    ...more,
  })
  t.teardown(() => server.close())
  return { server, ports, seen }
}

/** Two ports in a row for server and client, and one for 4011. */
async function freePorts(): Promise<{ dhcp: number; proxy: number }> {
  const sockets = await Promise.all([bound(0), bound(0)])
  const [dhcp = 0, proxy = 0] = sockets.map(socket => socket.address().port)
  for (const socket of sockets) socket.close()
  return Math.abs(dhcp - proxy) > 1 && dhcp < 65_000 ? { dhcp, proxy } : freePorts()
}

async function bound(port: number): Promise<Socket> {
  const socket = createSocket('udp4').bind(port)
  await once(socket, 'listening')
  return socket
}

async function client(t: Test, port: number) {
  const socket = await bound(port)
  t.teardown(() => socket.close())
  return {
    socket,
    async ask(packet: DhcpPacket, to: number, address = '127.0.0.1'): Promise<DhcpPacket> {
      const reply = once(socket, 'message')
      socket.send(encodeDhcp(packet, { max: 1472 }), to, address)
      const [bytes] = await reply
      return decodeDhcp(bytes)
    },
  }
}

t.test('DISCOVER, OFFER, REQUEST, ACK over sockets', async t => {
  const w = world({ networks: [loopback], hosts: [{ host: host('node1', efi), due: true }] })
  const { ports, seen } = await open(t, w)
  const { ask } = await client(t, ports.dhcp + 1)
  const offer = await ask(like('ovmf-x64-discover'), ports.dhcp)
  t.match(offer, { op: 2, file: 'ipxe.efi', siaddr: ip('127.0.0.1') })
  t.equal(w.leases.size, 0)
  const options = {
    [option.serverId]: offer.options.get(option.serverId),
    [option.requestedAddress]: ipv4ToBytes(offer.yiaddr),
  }
  const ack = await ask(like('ovmf-x64-request', { options }), ports.dhcp)
  t.equal(ack.yiaddr, offer.yiaddr)
  t.strictSame([...w.leases.keys()], [offer.yiaddr])
  t.strictSame(
    seen.map(({ asked, kind }) => `${asked} ${kind}`),
    ['discover reply', 'request reply'],
  )
})

t.test('a broadcast is heard, once', async t => {
  const w = world({ networks: [loopback] })
  const { ports, seen } = await open(t, w)
  const { socket, ask } = await client(t, ports.dhcp + 1)
  socket.setBroadcast(true)
  const offer = await ask(like('udhcpc-discover'), ports.dhcp, '127.255.255.255')
  t.equal(offer.siaddr, 0)
  t.equal(seen.length, 1)
})

t.test('port 4011 answers from port 4011', async t => {
  const w = world({ networks: [loopback], hosts: [{ host: host('node1', efi), due: true }] })
  const { ports } = await open(t, w)
  const { socket, ask } = await client(t, 0)
  const from = once(socket, 'message')
  const packet = like('ovmf-x64-request-4011', { mac: efi, ciaddr: ip('127.0.0.1') })
  t.equal((await ask(packet, ports.proxy)).file, 'ipxe.efi')
  t.equal((await from)[1].port, ports.proxy)
})

t.test('no lease on disk, no reply', async t => {
  const w = world({ networks: [loopback] })
  const errors: string[] = []
  const log = { debug() {}, error: (_: object, message: string) => void errors.push(message) }
  const stored: Lease[] = []
  const commit = async (lease: Lease) => {
    stored.push(lease)
    throw new Error('disk full')
  }
  const { ports } = await open(t, w, { commit, log })
  const { ask } = await client(t, ports.dhcp + 1)
  const options = { 50: bytesOf('127.7.0.60'), 54: bytesOf('127.0.0.1') }
  const request = like('dhclient-request', { options })
  // The DISCOVER behind it shows that the REQUEST was done with: datagrams keep their order here.
  const { socket } = await client(t, 0)
  socket.send(encodeDhcp(request), ports.dhcp, '127.0.0.1')
  const reply = await ask(like('udhcpc-discover'), ports.dhcp)
  t.strictSame(reply.options.get(53), Uint8Array.of(2))
  t.equal(stored.length, 1)
  t.strictSame(errors, ['the lease could not be stored: no reply'])
})

t.test('an offer that has left tells the lease that taking it will begin', async t => {
  const w = world({ networks: [{ ...loopback, leaseSeconds: 600 }] })
  const offered: Lease[] = []
  let shut: Reason | undefined = { code: 'still-listening' }
  const { ports, seen } = await open(t, w, {
    offered: lease => void offered.push(lease),
    shut: () => shut,
  })
  const { socket, ask } = await client(t, ports.dhcp + 1)
  socket.send(encodeDhcp(like('udhcpc-discover')), ports.dhcp, '127.0.0.1')
  while (seen.length === 0) await new Promise(setImmediate)
  t.strictSame(offered, [], 'what is not offered is not told')
  shut = undefined
  const { yiaddr } = await ask(like('udhcpc-discover'), ports.dhcp)
  t.match(offered, [{ address: yiaddr, start: now, end: now + 600_000, state: 'active' }])
  t.equal(w.leases.size, 0)
})

t.test('rubbish is a debug line', async t => {
  const w = world({ networks: [loopback] })
  const lines: string[] = []
  const log = { error() {}, debug: (_: object, message: string) => void lines.push(message) }
  const { ports } = await open(t, w, { log })
  const { socket, ask } = await client(t, ports.dhcp + 1)
  socket.send('rubbish', ports.dhcp, '127.0.0.1')
  socket.send('', ports.dhcp, '127.0.0.1')
  await ask(like('udhcpc-discover'), ports.dhcp)
  t.strictSame(lines, ['not a DHCP packet', 'not a DHCP packet'])
})

t.test('rubbish with a MAC is kept among its packets, and told with the reason', async t => {
  const w = world({ networks: [loopback] })
  const heard: [Mac, number][] = []
  const { ports, seen } = await open(t, w, {
    heard: (client, bytes) => heard.push([client, bytes.length]),
  })
  const { socket, ask } = await client(t, ports.dhcp + 1)
  const packet = like('udhcpc-discover', { mac: efi })
  socket.send(encodeDhcp(packet).subarray(0, 200), ports.dhcp, '127.0.0.1')
  await ask(packet, ports.dhcp)
  t.match(seen[0], { kind: 'none', mac: efi, reason: 'malformed: 200 bytes are no DHCP packet' })
  t.strictSame(heard[0], [efi, 200])
})

t.test('an address that this machine does not have is told as Node tells it', async t => {
  const w = world({ networks: [{ ...loopback, serverAddress: ip('192.0.2.1') }] })
  await t.rejects(open(t, w), { code: 'EADDRNOTAVAIL', address: '192.0.2.1' })
})

t.test('reload opens what the config has gained and closes what it has lost', async t => {
  const networks = [{ ...loopback }]
  const w = world({ networks })
  const { server, ports } = await open(t, w)
  networks[0] = { ...loopback, serverAddress: ip('127.0.0.2') }
  await server.reload()
  const { ask } = await client(t, ports.dhcp + 1)
  const offer = await ask(like('udhcpc-discover'), ports.dhcp, '127.0.0.2')
  t.strictSame(offer.options.get(54), bytesOf('127.0.0.2'))
  networks.length = 0
  await server.reload()
  const taken = await bound(ports.dhcp)
  taken.close()
  t.pass('all ports are free again')
})

t.test('a network that is shut gives no address, and says why', async t => {
  const w = world({ networks: [loopback] })
  let why: Reason | undefined = { code: 'still-listening' }
  const { ports, seen } = await open(t, w, { shut: () => why })
  const { socket, ask } = await client(t, ports.dhcp + 1)
  socket.send(encodeDhcp(like('udhcpc-discover')), ports.dhcp, '127.0.0.1')
  while (seen.length === 0) await new Promise(setImmediate)
  t.match(seen, [{ kind: 'none', asked: 'discover', code: 'still-listening', why }])
  why = undefined
  t.equal((await ask(like('udhcpc-discover'), ports.dhcp)).op, 2)
})

t.test('our own question to other servers is not answered', async t => {
  const w = world({ networks: [loopback] })
  const ownMac = mac('02:00:00:00:00:01')
  const { ports, seen } = await open(t, w, { ownMac })
  const { socket, ask } = await client(t, ports.dhcp + 1)
  socket.send(encodeDhcp(like('udhcpc-discover', { mac: ownMac })), ports.dhcp, '127.0.0.1')
  await ask(like('udhcpc-discover'), ports.dhcp)
  t.equal(seen.length, 1)
})

t.test('an address in use by somebody else is left alone, and another one is offered', async t => {
  const w = world({ networks: [loopback] })
  const asked: Ipv4[] = []
  const by = mac('52:54:00:00:00:99')
  const conflicts: Conflict[] = []
  const { ports, seen } = await open(t, w, {
    async holderOf(_, address) {
      asked.push(address)
      return asked.length === 1 ? { mac: by, sure: true } : undefined
    },
    conflict: conflict => conflicts.push(conflict),
  })
  const { ask } = await client(t, ports.dhcp + 1)
  const { yiaddr } = await ask(like('udhcpc-discover'), ports.dhcp)
  t.strictSame([asked.length, asked[1]], [2, yiaddr])
  t.match(conflicts, [{ address: asked[0], by }])
  t.match([...w.leases.values()], [{ address: asked[0], state: 'declined', mac: by }])
  t.equal(seen.length, 1)
})

t.test('while it is looked who has an address nobody else is offered it', async t => {
  const w = world({ networks: [{ ...loopback, rapidCommit: true }] })
  const looks: [address: Ipv4, answer: () => void][] = []
  const holderOf = (_: unknown, address: Ipv4) =>
    new Promise<undefined>(resolve => looks.push([address, () => resolve(undefined)]))
  const { ports } = await open(t, w, { holderOf })
  const { socket } = await client(t, ports.dhcp + 1)
  const wanted = { [option.requestedAddress]: bytesOf('127.7.0.60') }
  const options = { ...wanted, [option.rapidCommit]: new Uint8Array() }
  for (const each of [{ options }, { mac: mac('52:54:00:12:34:99'), options: wanted }]) {
    socket.send(encodeDhcp(like('udhcpc-discover', each)), ports.dhcp, '127.0.0.1')
  }
  while (looks.length < 2) await new Promise(setImmediate)
  const [first, second] = looks.map(([address]) => address)
  t.equal(first, ip('127.7.0.60'))
  t.not(second, first)
  for (const [, answer] of looks) answer()
  while (w.leases.size === 0) await new Promise(setImmediate)
  t.match([...w.leases.values()], [{ address: first, state: 'active' }])
})

t.test('after two such addresses it says nothing: the client asks again', async t => {
  const w = world({ networks: [loopback] })
  const by = mac('52:54:00:00:00:99')
  const { ports, seen } = await open(t, w, { holderOf: async () => ({ mac: by, sure: true }) })
  const { socket } = await client(t, ports.dhcp + 1)
  socket.send(encodeDhcp(like('udhcpc-discover')), ports.dhcp, '127.0.0.1')
  while (seen.length === 0) await new Promise(setImmediate)
  t.match(seen, [{ kind: 'none', reason: /the next two addresses are in use/ }])
  t.equal(w.leases.size, 2)
})

t.test(
  'who may have an address is left in peace until the kernel knows, and not blamed',
  async t => {
    const w = world({ networks: [loopback] })
    const by = mac('52:54:00:00:00:99')
    let isThere = true
    const conflicts: Conflict[] = []
    const { ports, seen } = await open(t, w, {
      holderOf: async () => (isThere ? { mac: by, sure: false } : undefined),
      conflict: conflict => conflicts.push(conflict),
    })
    const { socket, ask } = await client(t, ports.dhcp + 1)
    socket.send(encodeDhcp(like('udhcpc-discover')), ports.dhcp, '127.0.0.1')
    while (seen.length === 0) await new Promise(setImmediate)
    t.match(seen, [{ kind: 'none', code: 'address-unsure', reason: /was 52:54:00:00:00:99 once/ }])
    t.strictSame([conflicts, w.leases.size], [[], 0])
    isThere = false
    t.equal((await ask(like('udhcpc-discover'), ports.dhcp)).op, 2)
  },
)

t.test('nobody is asked about a reservation or a lease that goes on', async t => {
  const node = host('node1', mac('52:54:00:12:34:56'), '127.7.0.60')
  const w = world({ networks: [loopback], hosts: [{ host: node }] })
  let asked = 0
  const { ports } = await open(t, w, {
    async holderOf() {
      asked += 1
      return undefined
    },
  })
  const { ask } = await client(t, ports.dhcp + 1)
  const reserved = like('udhcpc-discover', { mac: mac('52:54:00:12:34:56') })
  t.equal((await ask(reserved, ports.dhcp)).yiaddr, ip('127.7.0.60'))
  t.equal(asked, 0)
  const other = mac('52:54:00:12:34:57')
  const { yiaddr } = await ask(like('udhcpc-discover', { mac: other }), ports.dhcp)
  t.equal(asked, 1)
  const times = { start: now, end: now + 1000 }
  const lease = { address: yiaddr, mac: other, network: 'rack', state: 'active', ...times } as const
  w.leases.set(yiaddr, lease)
  t.equal((await ask(like('udhcpc-discover', { mac: other }), ports.dhcp)).yiaddr, yiaddr)
  t.equal(asked, 1)
})

t.test('a RELEASE makes nobody ask about an address for the one who had it', async t => {
  const w = world({ networks: [loopback] })
  const owner = mac('52:54:00:12:34:57')
  const address = ip('127.7.0.60')
  const asked: Ipv4[] = []
  const { ports } = await open(t, w, {
    async holderOf(_, address) {
      asked.push(address)
      return undefined
    },
  })
  const { ask } = await client(t, ports.dhcp + 1)
  const offered = async (lease: Partial<Lease>, hardware: Mac) => {
    const times = { start: now - 10_000, end: now - 1000 }
    w.offers.drop({ network: 'rack', mac: owner })
    w.leases.set(address, {
      ...{ address, mac: owner, network: 'rack', ...times, state: 'released' },
      ...lease,
    })
    asked.length = 0
    const options = { [option.requestedAddress]: bytesOf('127.7.0.60') }
    await ask(like('udhcpc-discover', { mac: hardware, options }), ports.dhcp)
    return asked.map(formatIpv4)
  }
  t.strictSame(await offered({}, owner), [], 'it may have been written by anybody')
  t.strictSame(await offered({ state: 'active' }, owner), [], 'nor one that has just ended')
  const longAgo = { end: now - loopback.leaseSeconds * 1000 }
  t.strictSame(await offered(longAgo, owner), ['127.7.0.60'])
  t.strictSame(
    await offered(longAgo, mac('52:54:00:12:34:58')),
    ['127.7.0.60'],
    'another is to have it',
  )
  const apart = { holder: 'apart', clientId: 'ff01' } as const
  t.strictSame((await offered(apart, owner)).length, 1, 'a client that shares its MAC had it')
})
