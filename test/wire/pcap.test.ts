import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parseIpv4 } from '../../src/wire/address.ts'
import { decodeDhcp } from '../../src/wire/dhcp-packet.ts'
import { decodePcap, encodePcap } from '../../src/wire/pcap.ts'
import { decodeUdp, encodeUdp } from '../../src/wire/udp-packet.ts'
import { makeFolder } from '../folder.ts'
import { capturedBytes } from '../packets.ts'

function end(address: string, port: number) {
  const parsed = parseIpv4(address)
  if (parsed === undefined) throw new Error(`not an address: ${address}`)
  return { address: parsed, port }
}

const from = end('0.0.0.0', 68)
const to = end('255.255.255.255', 67)
const payload = capturedBytes('ovmf-x64-discover')
const packet = encodeUdp({ from, to, payload })
const at = Date.UTC(2026, 10, 20, 12, 0, 1, 250)
const file = encodePcap([
  { at, bytes: packet, length: packet.length },
  { at: at + 1, bytes: packet.subarray(0, 100), length: packet.length },
])

t.test('what is written is read again', async t => {
  const [first, second, ...more] = decodePcap(file)
  t.strictSame(more, [])
  t.match(first, { at, length: packet.length, link: 101 })
  t.strictSame(decodeUdp(101, first?.bytes ?? file), { from, to, payload })
  t.equal(second?.bytes.length, 100)
  t.equal(second?.length, packet.length)
  t.strictSame(decodeUdp(101, second?.bytes ?? file)?.payload, payload.subarray(0, 72))
})

t.test('tshark opens it, and finds no fault with the headers', async t => {
  const path = join(makeFolder(t), 'a.pcap')
  writeFileSync(path, file)
  const fields = ['ip.src', 'ip.dst', 'udp.dstport', 'dhcp.option.dhcp', 'ip.checksum.status']
  const args = ['-o', 'ip.check_checksum:TRUE', '-T', 'fields', ...fields.flatMap(f => ['-e', f])]
  const out = execFileSync('tshark', ['-r', path, ...args], { encoding: 'utf8', stdio: 'pipe' })
  t.equal(out.split('\n')[0], '0.0.0.0\t255.255.255.255\t67\t1\t1')
})

t.test('pcapng and Ethernet, as Wireshark writes them', async t => {
  const folder = makeFolder(t)
  const raw = join(folder, 'raw.pcap')
  const ether = Buffer.concat([Buffer.alloc(12, 2), Buffer.from([0x81, 0, 0, 7, 8, 0]), packet])
  writeFileSync(raw, encodePcap([{ at, bytes: ether, length: ether.length }], 1))
  const ng = join(folder, 'a.pcapng')
  execFileSync('tshark', ['-r', raw, '-F', 'pcapng', '-w', ng], { stdio: 'pipe' })
  const nano = join(folder, 'nano.pcap')
  execFileSync('tshark', ['-r', raw, '-F', 'nsecpcap', '-w', nano], { stdio: 'pipe' })
  for (const name of [raw, ng, nano]) {
    const [found] = decodePcap(readFileSync(name))
    t.equal(Math.round(found?.at ?? 0), at, name)
    const udp = decodeUdp(found?.link ?? 0, found?.bytes ?? file)
    t.equal(decodeDhcp(udp?.payload ?? file).xid, decodeDhcp(payload).xid, 'behind a VLAN tag')
  }
})

t.test('big-endian files', async t => {
  const swapped = Buffer.from(file)
  for (const n of [0, 8, 12, 16, 20, 24, 28, 32, 36]) swapped.subarray(n, n + 4).reverse()
  swapped.subarray(4, 6).reverse()
  swapped.subarray(6, 8).reverse()
  const [found] = decodePcap(swapped)
  t.match(found, { at, length: packet.length, link: 101 })
})

t.test('what is no capture, and what breaks off', async t => {
  t.throws(() => decodePcap(Buffer.alloc(100)), { name: 'WireError', message: /neither pcap nor/ })
  t.throws(() => decodePcap(Buffer.alloc(3)), { name: 'WireError' })
  t.equal(decodePcap(file.subarray(0, -1)).length, 1)
  const broken = Buffer.alloc(40)
  broken.writeUInt32BE(0x0a0d0d0a)
  t.throws(() => decodePcap(broken), { message: /broken/ })
})

t.test('all else is no UDP', async t => {
  t.equal(decodeUdp(101, packet.subarray(0, 20)), undefined, 'too short')
  t.equal(decodeUdp(147, packet), undefined, 'an unknown link')
  const tcp = Uint8Array.from(packet)
  tcp[9] = 6
  t.equal(decodeUdp(101, tcp), undefined)
  const piece = Uint8Array.from(packet)
  piece[7] = 100
  t.equal(decodeUdp(101, piece), undefined, 'a later fragment')
})
