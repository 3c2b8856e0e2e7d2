import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import t from 'tap'
import type { Lease6 } from '../../src/boot/lease6.ts'
import type { NetworkWith6 } from '../../src/boot/network-address.ts'
import { createDhcp6Desk, type Dhcp6DeskOptions } from '../../src/dhcp6/desk.ts'
import type { Outcome6 } from '../../src/dhcp6/outcome.ts'
import { openDhcp6 } from '../../src/dhcp6/server.ts'
import { decodeDhcp6, encodeDhcp6 } from '../../src/wire/dhcp6-packet.ts'
import { subnet6Of } from '../../src/wire/ipv6.ts'
import { capturedBytes6 } from '../packets6.ts'
import {
  firmware,
  host6,
  ip6,
  like6,
  network6,
  now,
  told6,
  type World6,
  world6,
} from './examples.ts'

const silent = { debug() {}, error() {} }

function options(w: World6, more: Partial<Dhcp6DeskOptions> = {}) {
  const seen: Outcome6[] = []
  const commit = async (lease: Lease6) => void w.leases.set(lease.address, lease)
  const desk = {
    deps: w.deps,
    commit,
    seen: (one: Outcome6) => seen.push(one),
    now: () => now,
    log: silent,
  }
  return { desk: { ...desk, ...more }, seen }
}

/** Hands one packet to a desk; resolves with the reply, or nothing once the packet was seen. */
function asked(
  w: World6,
  packet: Uint8Array,
  source: string,
  more: Partial<Dhcp6DeskOptions> = {},
) {
  return new Promise<Uint8Array | undefined>(resolve => {
    const { desk } = options(w, { seen: () => resolve(undefined), ...more })
    const arrival = { source: ip6(source), port: 546, interface: 'br0' }
    createDhcp6Desk(desk).receive(packet, arrival, resolve)
  })
}

const eui = 'fe80::5054:ff:fe12:3458'
const secret = 'fe80::1234:5678:9abc:def0'

t.test('by a real socket: a relay gets its answer at the port it asked from', async t => {
  const [port] = await freePort()
  const w = world6({ networks: [{ ...network6(), interface: 'lo' }] })
  const { desk, seen } = options(w)
  const server = await openDhcp6({ ...desk, port, proxyPort: 0 })
  t.teardown(() => server.close())
  const client = createSocket('udp6').bind(0, '::1')
  t.teardown(() => client.close())
  await once(client, 'listening')
  const relayed = decodeDhcp6(capturedBytes6('dhclient-relayed-solicit'))
  const relays = relayed.relays.map(relay => ({ ...relay, link: ip6('2001:db8:77::2') }))
  client.send(Uint8Array.of(1, 2), port, '::1')
  client.send(encodeDhcp6({ ...relayed, relays }), port, '::1')
  const [bytes] = await once(client, 'message')
  t.match(decodeDhcp6(bytes), {
    type: 2,
    xid: relayed.xid,
    relays: [{ peer: 'fe80::5054:ff:fe99:2' }],
  })
  t.match(seen.map(told6), [/^advertise 2001:db8:77::/])
  await server.reload()
})

t.test(
  'beside another server EDK2 is answered on port 4011 too, while a network is so',
  async t => {
    const [[port], [proxyPort]] = await Promise.all([freePort(), freePort()])
    const place = { networks: [network6({ interface: 'lo' }, { mode: 'boot' })] }
    const w = world6({ ...place, hosts: [{ host: host6('node1', firmware), due: true }] })
    const { desk } = options(w)
    const mac = host6('node1', firmware).nics[0]?.mac
    // Its address is the other server's: the kernel tells whose it is.
    const neighbourOf = async () => mac
    const networks = { now: w.deps.networks() }
    const deps = { ...w.deps, networks: () => networks.now.map(atLoopback) }
    const server = await openDhcp6({ ...desk, deps, neighbourOf, port, proxyPort })
    t.teardown(() => server.close())
    const client = createSocket('udp6').bind(0, '::1')
    t.teardown(() => client.close())
    await once(client, 'listening')
    const packet = like6('ovmf-pxe-solicit', { asked: 'request', addresses: [] })
    client.send(encodeDhcp6(packet), proxyPort, '::1')
    const [bytes, from] = await once(client, 'message')
    t.equal(from.port, proxyPort)
    t.match(decodeDhcp6(bytes), { type: 7, xid: packet.xid })
    networks.now = []
    await server.reload()
    const again = createSocket('udp6').bind({ port: proxyPort, address: '::', exclusive: true })
    t.teardown(() => again.close())
    await once(again, 'listening')
    t.pass('and then the port is free')
  },
)

/** As if its subnet was that of loopback. */
function atLoopback(network: NetworkWith6): NetworkWith6 {
  const subnet = subnet6Of(ip6('::'), 64)
  return { ...network, ipv6: { ...network.ipv6, subnet } }
}

async function freePort(): Promise<[number]> {
  const socket = createSocket('udp6').bind(0, '::1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  return [port]
}

t.test('the kernel is asked for a MAC only where nothing better tells it', async t => {
  const questions: string[] = []
  const neighbourOf: Dhcp6DeskOptions['neighbourOf'] = async ({ source }) => {
    questions.push(source)
    return host6('x', '52:54:00:00:00:07').nics[0]?.mac
  }
  const w = world6()
  await asked(w, encodeDhcp6(like6('ovmf-pxe-solicit')), eui, { neighbourOf })
  await asked(w, capturedBytes6('dhclient-relayed-solicit'), secret, { neighbourOf })
  t.strictSame(questions, [])
  let who: Outcome6['who']
  await new Promise<void>(resolve => {
    const seen = (outcome: Outcome6) => {
      who = outcome.who
      resolve()
    }
    const { desk } = options(w, { neighbourOf, seen })
    const arrival = { source: ip6(secret), port: 546, interface: 'br0' }
    createDhcp6Desk(desk).receive(encodeDhcp6(like6('networkd-solicit')), arrival, () => {})
  })
  t.strictSame(questions, [secret])
  t.equal(who?.mac, '52:54:00:00:00:07')
})

t.test('no reply leaves before its lease is on disk, and none when it cannot be', async t => {
  const request = encodeDhcp6(like6('ovmf-pxe-request', { addresses: [] }))
  let stored = false
  const commit = async () => {
    await new Promise(resolve => setImmediate(resolve))
    stored = true
  }
  t.ok(await asked(world6(), request, eui, { commit }))
  t.ok(stored)
  let failed = ''
  await new Promise<void>(resolve => {
    const error = (_: unknown, text = '') => {
      failed = text
      resolve()
    }
    const log = { debug() {}, error } as unknown as typeof silent
    const reject = async () => Promise.reject(new Error('disk full'))
    asked(world6(), request, eui, { commit: reject, log }).then(() => resolve())
  })
  t.match(failed, /could not be stored: no reply/)
})

t.test('what is learnt of a machine may change its answer', async t => {
  const w = world6({ hosts: [{ host: host6('node1', firmware) }] })
  const { host } = w.deps
  let isKnown = false
  const deps: World6['deps'] = {
    ...w.deps,
    host(mac, client) {
      const found = host(mac, client)
      return found && !isKnown ? { ...found, appears: true } : found
    },
  }
  const learnt: string[] = []
  const learn: Dhcp6DeskOptions['learn'] = ({ kind }) => {
    isKnown = true
    learnt.push(kind)
  }
  const packet = encodeDhcp6(like6('ovmf-pxe-solicit'))
  t.ok(await asked({ ...w, deps }, packet, eui, { deps, learn }))
  t.strictSame(learnt, ['appears'])
})
