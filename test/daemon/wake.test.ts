import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import t from 'tap'
import type { NewEvent } from '../../src/boot/event-record.ts'
import type { Network } from '../../src/boot/host.ts'
import { textOf } from '../../src/boot/words/event.ts'
import { wake } from '../../src/daemon/wake.ts'
import { parseSubnet, type Subnet } from '../../src/wire/address.ts'
import { subnet6Of } from '../../src/wire/ipv6.ts'
import { magicPacket } from '../../src/wire/wake-on-lan.ts'
import { host, ip, mac, network } from '../dhcp/examples.ts'
import { ip6 } from '../dhcp6/examples.ts'

const node = host('node1', mac('52:54:00:12:34:56'))
const subnet = (text: string): Subnet => parseSubnet(text) ?? { base: ip('0.0.0.0'), prefix: 0 }

/** The network of this machine alone, as one that is reached through a relay or not. */
const lo = network({ name: 'lo', subnet: subnet('127.0.0.0/8'), serverAddress: ip('127.0.0.1') })

function deps(networks: readonly Network[]) {
  const told: string[] = []
  const log = { info() {}, warn() {} }
  const memory = { record: (event: NewEvent) => void told.push(textOf(event)) }
  const committed = async () => void told.push('(on disk)')
  return {
    told,
    deps: { world: { networks: () => networks }, memory: { ...memory, committed }, log },
  }
}

t.test('the packet', async t => {
  const packet = magicPacket(mac('52:54:00:12:34:56'))
  t.equal(packet.length, 102)
  t.equal(Buffer.from(packet).toString('hex'), `${'ff'.repeat(6)}${'525400123456'.repeat(16)}`)
})

t.test('reaches the broadcast address of a network behind a relay', async t => {
  const socket = createSocket('udp4')
  socket.bind(0)
  await once(socket, 'listening')
  t.teardown(() => socket.close())
  const heard = once(socket, 'message')
  // Our address lies outside of the subnet, as it does where a relay leads to it.
  const far = { ...lo, subnet: subnet('127.1.0.0/16') }
  const { told, deps: around } = deps([far])
  await wake(node, around, socket.address().port)
  const [bytes] = await heard
  t.strictSame(Uint8Array.from(bytes), magicPacket(mac('52:54:00:12:34:56')))
  t.strictSame(told, [
    '(on disk)',
    'Wake-on-LAN: magic packet for 52:54:00:12:34:56 sent to 127.1.255.255 in network lo',
  ])
})

t.test('each card in its own network; what cannot be sent is said', async t => {
  const one = network({ name: 'one' })
  const two = network({
    name: 'two',
    subnet: subnet('10.88.0.0/24'),
    serverAddress: ip('10.88.0.1'),
  })
  const nics = [
    { mac: mac('52:54:00:00:00:01'), address: ip('10.88.0.9') },
    { mac: mac('52:54:00:00:00:02'), network: 'one' },
  ]
  const { told, deps: around } = deps([one, two])
  await wake({ ...node, nics }, around)
  t.match(told, [
    '(on disk)',
    /^Wake-on-LAN: no magic packet for .*:01 to 255.255.255.255 in network two: bind EADDRNOTAVAIL/,
    /^Wake-on-LAN: no magic packet for .*:02 to 255.255.255.255 in network one: bind EADDRNOTAVAIL/,
  ])
  const nowhere = deps([])
  await wake(node, nowhere.deps)
  t.strictSame(nowhere.told, ['(on disk)', 'not woken: none of its networks can be served now'])
})

t.test('by IPv6 where a network has nothing else', async t => {
  const { subnet: _, serverAddress: _a, ...rest } = lo
  const ipv6 = { mode: 'server', dns: [], ...ipv6Of('fd00:77::1') } as const
  const here = { ...rest, interface: 'nowhere0', ipv6 }
  const far = { ...rest, name: 'far', ipv6: { ...ipv6, ...ipv6Of('fd00:78::1', 'fd00:77::') } }
  const { told, deps: around } = deps([here, far])
  await wake(node, around)
  t.match(told, [
    '(on disk)',
    /^Wake-on-LAN: no magic packet for .* to ff02::1 in network lo: nowhere0 is not up$/,
    /^Wake-on-LAN: no magic packet for .* to ff02::1 in network far: it is behind a relay and has no IPv4$/,
  ])
})

function ipv6Of(serverAddress: string, base = 'fd00:77::') {
  return { serverAddress: ip6(serverAddress), subnet: subnet6Of(ip6(base), 64) }
}
