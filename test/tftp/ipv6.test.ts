import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import t, { type Test } from 'tap'
import { countsMemory, createCounts } from '../../src/tftp/counts.ts'
import type { TftpEvent } from '../../src/tftp/event.ts'
import type { TappedPacket } from '../../src/tftp/packet-tap.ts'
import { openTftp, type TftpServerOptions } from '../../src/tftp/server.ts'
import { type Ipv4, parseIpv4 } from '../../src/wire/address.ts'
import { loopback6 } from '../../src/wire/ipv6.ts'
import { decodeTftp, encodeTftp } from '../../src/wire/tftp-packet.ts'
import { ip6 } from '../dhcp6/examples.ts'
import { makeFolder } from '../folder.ts'
import { engine } from './engine.ts'

const root = makeFolder(t, { loader: 'x'.repeat(700) })
const loopback = parseIpv4('127.0.0.1') as Ipv4
const lacks = await import('node:os').then(({ networkInterfaces }) =>
  networkInterfaces().lo?.some(({ address }) => address === '::1') ? false : 'there is no ::1 here',
)

/** Serves on both loopbacks; the ports, and what was seen. */
async function serve(t: Test, more: Partial<TftpServerOptions> = {}) {
  const events: TftpEvent[] = []
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
  const done = Promise.withResolvers<TftpEvent>()
  const server = await openTftp({
    ...{ ...engine, addresses: [loopback, loopback6], port: 0, roots: [root], log, ...more },
    seen(event) {
      events.push(event)
      if (event.kind === 'done') done.resolve(event)
    },
  })
  t.teardown(() => server.close())
  const port = server.bound().find(({ address }) => address === loopback6)?.port ?? 0
  return { port, done: done.promise }
}

/** The file, and the ports that its blocks came from. */
async function fetchFrom(t: Test, port: number) {
  const socket = createSocket('udp6')
  t.teardown(() => socket.close())
  const rrq = { kind: 'rrq', file: 'loader', mode: 'octet', options: new Map() } as const
  socket.send(encodeTftp(rrq), port, '::1')
  const ports = new Set<number>()
  let text = ''
  for (;;) {
    const [bytes, from] = await once(socket, 'message')
    const packet = decodeTftp(bytes)
    if (packet.kind !== 'data') return { text: packet.kind, ports }
    ports.add(from.port)
    text += Buffer.from(packet.payload).toString()
    socket.send(encodeTftp({ kind: 'ack', block: packet.block }), from.port, '::1')
    if (packet.payload.length < 512) return { text, ports }
  }
}

t.test('a file over IPv6, from the port that was asked', { skip: lacks }, async t => {
  const { port, done } = await serve(t)
  const { text, ports } = await fetchFrom(t, port)
  t.equal(text.length, 700)
  t.strictSame([...ports], [port])
  t.match(await done, { peer: { address: '::1' }, name: 'loader', size: 700 })
})

t.test('and from one of its own, with its packets kept', { skip: lacks }, async t => {
  const packets: TappedPacket[] = []
  const { port, done } = await serve(t, {
    termsFor: () => ({ kind: 'served', from: loopback6 }),
    keep: packet => void packets.push(packet),
  })
  const { text, ports } = await fetchFrom(t, port)
  t.equal(text.length, 700)
  t.equal(ports.has(port), false)
  await done
  t.match(packets[0], { client: { address: '::1' }, to: { address: '::1', port } })
})

t.test('addresses of IPv6 are counted apart from each other', async t => {
  const counts = createCounts(countsMemory())
  const [one, two] = [ip6('2001:db8:77::158'), ip6('2001:db8:77::159')]
  counts.add(one, 1)
  counts.add(one, 1)
  t.strictSame([counts.of(one), counts.of(two), counts.all()], [2, 0, 2])
  counts.add(one, -1)
  t.equal(counts.of(one), 1)
})
