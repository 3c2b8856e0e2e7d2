import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { explainSpec } from '../../src/cli/local/specs.ts'
import { parseCommand } from '../../src/cli/parse-command.ts'
import { loadConfig } from '../../src/config/load.ts'
import { explain } from '../../src/explain/explain.ts'
import type { Shown } from '../../src/explain/question.ts'
import { ipv4ToBytes } from '../../src/wire/address.ts'
import { option } from '../../src/wire/dhcp-codes.ts'
import { encodeDhcp } from '../../src/wire/dhcp-packet.ts'
import { encodePcap } from '../../src/wire/pcap.ts'
import { encodeTftp } from '../../src/wire/tftp-packet.ts'
import { encodeUdp } from '../../src/wire/udp-packet.ts'
import { ip, like, mac } from '../dhcp/examples.ts'
import { makeFolder } from '../folder.ts'
import { noteExplained } from '../nonsense/outlines.ts'

const node1 = mac('52:54:00:12:34:56')
const config = (network: string, more = '') => `
assets: assets
networks: { rack: ${network} }
profiles:
  debian:
    kernel: linux
    initrd: [initrd.gz]
    cmdline: url={{ files.preseed }}
    files: { preseed: preseed }
hosts: { node1: { mac: "${node1}", profile: debian${more} } }
`
const server = `{ subnet: 10.77.0.0/24, serverAddress: 10.77.0.1, mode: server, range: 10.77.0.50-10.77.0.99 }`
const proxy = '{ subnet: 10.77.0.0/24, serverAddress: 10.77.0.1 }'

/** Explains as the command line does; `--json` is read back. */
function place(t: Test, network = server, more = ', address: 10.77.0.20') {
  const folder = makeFolder(t, {
    assets: { linux: 'kernel', 'initrd.gz': 'initrd', loaders: { 'snponly.efi': 'a loader' } },
    preseed: 'd-i for {{ host.name }} home {{ phoneHome }}\n',
    'config.yaml': config(network, more),
  })
  const { config: read, problems } = loadConfig(join(folder, 'config.yaml'))
  if (!read) throw new Error(problems.map(({ message }) => message).join('\n'))
  const ask = async (...argv: string[]) => {
    const parsed = parseCommand(explainSpec, argv)
    if (parsed.kind === 'wrong') return parsed.message
    if (parsed.kind === 'help') throw new Error('nobody asked for help')
    const explained = await explain(parsed.values, read)
    if ('wrong' in explained) return explained.wrong
    noteExplained(explained.text, argv)
    return explained.text
  }
  const answers = async (...argv: string[]): Promise<Shown[]> =>
    JSON.parse(await ask(...argv, '--json')).answers
  return { folder, ask, answers }
}

t.test('a whole boot, from offer to answer file', async t => {
  const { ask, answers } = place(t)
  const whole = ['--mac', node1, '--arch', 'x64-efi', '--state', 'pending', '--whole']
  const shown = await answers(...whole)
  t.match(shown, [
    { door: 'dhcp', asked: 'discover', stage: 'firmware', reply: { type: 'offer' } },
    { door: 'dhcp', asked: 'request', stage: 'firmware', reply: { type: 'ack' } },
    { door: 'loader', file: 'snponly.efi', size: 8 },
    { door: 'dhcp', asked: 'discover', stage: 'ipxe', reply: { type: 'offer' } },
    { door: 'dhcp', asked: 'request', stage: 'ipxe', reply: { type: 'ack' } },
    { door: 'script', host: 'node1', status: 200 },
    { door: 'file', name: 'preseed' },
  ])
  t.equal(shown.length, 7)
  const text = await ask(...whole)
  t.match(text, 'reply to 255.255.255.255:68\nreply offer xid 0x00000001\n')
  t.match(text, 'yiaddr 10.77.0.20\n')
  t.match(text, '67 boot file: "http://10.77.0.1:8080/boot/52-54-00-12-34-56/boot.ipxe')
  t.match(text, '#!ipxe\necho node1 installs debian, attempt 1\n')
  t.match(text, 'initrd --name initrd0 http://10.77.0.1:8080/assets/initrd.gz')
  t.match(
    text,
    '== answer file preseed\nd-i for node1 home http://10.77.0.1:8080/phone-home/TOKEN\n',
  )
})

t.test('a host that is not due is sent to its disk', async t => {
  const { answers, ask } = place(t)
  const shown = await answers('--mac', node1, '--whole')
  t.notOk(shown.some(({ door }) => door === 'loader' || door === 'file'))
  t.match(shown.at(-1), { door: 'script', text: /Disk: node1 is idle/ })
  t.match(
    await ask('--mac', node1, '--stage', 'ipxe'),
    /^== ipxe \(bios\), host node1 in state idle/,
  )
})

t.test('beside a DHCP server there is nothing to take, and binl asks on port 4011', async t => {
  const whole = ['--mac', node1, '--arch', 'x64-efi', '--state', 'pending', '--whole']
  const usual = await place(t, proxy, '').answers(...whole)
  t.strictSame(
    usual.map(one => ('asked' in one ? `${one.stage} ${one.asked}` : one.door)),
    ['firmware discover', 'loader', 'ipxe discover', 'script', 'file'],
  )
  const shown = await place(t, proxy, ', uefi: binl').answers(...whole)
  t.match(shown[1], { asked: 'request', port: 4011, reply: { type: 'ack', lines: /"snponly.efi/ } })
})

t.test('captured packets are answered', async t => {
  const { folder, ask, answers } = place(t)
  const client = { address: ip('0.0.0.0'), port: 68 }
  const all = { address: ip('255.255.255.255'), port: 67 }
  const dhcp = (packet: Parameters<typeof encodeDhcp>[0]) =>
    encodeUdp({ from: client, to: all, payload: encodeDhcp(packet, { max: 1472 }) })
  const taking = {
    [option.requestedAddress]: ipv4ToBytes(ip('10.77.0.20')),
    [option.serverId]: ipv4ToBytes(ip('10.77.0.1')),
  }
  const rrq = encodeTftp({ kind: 'rrq', file: 'snponly.efi', mode: 'octet', options: new Map() })
  const server = { address: ip('10.77.0.1'), port: 69 }
  const packets = [
    dhcp(like('ovmf-x64-discover', { mac: node1 })),
    dhcp(like('ovmf-x64-request', { mac: node1, options: taking })),
    encodeUdp({ from: { address: ip('10.77.0.20'), port: 2000 }, to: server, payload: rrq }),
    // A reply and something else: not for us to answer.
    dhcp({ ...like('ovmf-x64-discover', { mac: node1 }), op: 2 }),
    encodeUdp({ from: client, to: { ...all, port: 53 }, payload: rrq }),
  ]
  const at = Date.UTC(2026, 10, 20, 12)
  const raw = join(folder, 'raw.pcap')
  writeFileSync(
    raw,
    encodePcap(packets.map((bytes, n) => ({ at: at + n, bytes, length: bytes.length }))),
  )
  const ng = join(folder, 'a.pcapng')
  execFileSync('tshark', ['-r', raw, '-F', 'pcapng', '-w', ng], { stdio: 'pipe' })

  for (const file of [raw, ng]) {
    const shown = await answers('--pcap', file, '--state', 'pending')
    t.equal(shown.length, 3, file)
    t.match(shown, [
      { at: '2026-11-20T12:00:00.000Z', asked: 'discover', reply: { type: 'offer' } },
      { asked: 'request', reply: { type: 'ack' } },
      { door: 'tftp', file: 'snponly.efi', size: 8 },
    ])
  }
  const text = await ask('--pcap', raw)
  t.match(text, /^2026-11-20T12:00:00.000Z\n== firmware \(x64-efi\), host node1 in state idle/)
  const empty = join(folder, 'empty.pcap')
  writeFileSync(empty, encodePcap([]))
  t.equal(await ask('--pcap', empty), 'no DHCP or TFTP request in it\n')
})

t.test('captured packets that cannot be read are told with what is wrong with them', async t => {
  const { folder, ask, answers } = place(t)
  const client = { address: ip('0.0.0.0'), port: 68 }
  const all = { address: ip('255.255.255.255'), port: 67 }
  const whole = encodeDhcp(like('ovmf-x64-request', { mac: node1 }), { max: 1472 })
  const payloads = [
    whole.subarray(0, 200),
    whole.with(2, 17),
    // The last option says more bytes than there are, and is of a REQUEST that names no address.
    whole.subarray(0, 250),
    new Uint8Array(40),
  ]
  const bootp = like('dhclient-discover', { mac: node1, options: { 53: undefined } })
  payloads.push(encodeDhcp(bootp, { max: 1472 }))
  const file = join(folder, 'broken.pcap')
  const packets = payloads.map(payload => encodeUdp({ from: client, to: all, payload }))
  writeFileSync(
    file,
    encodePcap(packets.map((bytes, n) => ({ at: n, bytes, length: bytes.length }))),
  )
  const shown = await answers('--pcap', file)
  const malformed = { code: 'malformed' }
  t.match(shown, [
    { host: 'node1', why: malformed },
    { mac: null, why: malformed },
    { host: 'node1', why: malformed },
    { mac: null, why: malformed },
    { host: 'node1', why: { code: 'no-message-type' } },
  ])
  t.match(
    await ask('--pcap', file),
    /not a host \(no MAC\).*\nwhy: malformed: 40 bytes are no DHCP/,
  )
})

// By tcpdump 4.99.3 with libpcap 1.10.3 on Linux: a DISCOVER with a tag, and one with two, from a veth.
t.test('captures of `any` with VLAN tags, and cut ones', async t => {
  const { ask, answers } = place(t)
  const fixture = (name: string) => join(import.meta.dirname, `../fixtures/packets/${name}.pcap`)
  for (const name of ['any-sll-vlan', 'any-sll2-vlan']) {
    t.match(await answers('--pcap', fixture(name)), [{ asked: 'discover' }, { asked: 'discover' }])
    const text = await ask('--pcap', fixture(`${name}-short`))
    t.match(text, /^warning: 2 packets are cut to 96 bytes by the capture and not answered/, name)
    t.notMatch(text, 'no DHCP or TFTP request')
  }
})

t.test('an interface that is not up here: as if it had an address of the range', async t => {
  const away = '{ interface: br9, mode: server, range: 10.77.0.50-10.77.3.99 }'
  const { ask, answers } = place(t, away, '')
  const [offer] = await answers('--mac', node1, '--state', 'pending')
  t.match(offer, { reply: { type: 'offer', lines: ['reply offer xid 0x00000001'] } })
  const text = await ask('--mac', node1)
  t.match(
    text,
    /^warning: network rack is not up on this machine: our address there .* 10.77.0.1\n/,
  )
  t.match(text, '54 server: 10.77.0.1\n')
  t.match(text, '1 subnet mask: 255.255.252.0\n')
})

t.test('questions that cannot be answered', async t => {
  const { folder, ask } = place(t)
  t.match(await ask(), 'explain needs --mac')
  t.match(await ask('--mac', node1, '--arch', 'vax'), '--arch is one of bios, ')
  t.match(await ask('--mac', node1, '--network', 'attic'), 'no network attic; the config has rack')
  t.match(await ask('--pcap', '/nowhere'), '/nowhere cannot be read: ENOENT')
  t.match(await ask('--pcap', join(folder, 'preseed')), 'preseed: no capture file')
  t.match(await ask('--dhcp', 'dnsmasq'), 'dhcp-match=set:ipxe,175')
  const refused = await ask('--dhcp', 'pump')
  t.match(refused, '--dhcp is one of dnsmasq, kea, isc, unifi, ')
  t.match(refused, ', not "pump"')
})
