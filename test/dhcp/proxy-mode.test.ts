import t from 'tap'
import type { Outcome } from '../../src/dhcp/outcome.ts'
import { formatIpv4 } from '../../src/wire/address.ts'
import { option } from '../../src/wire/dhcp-codes.ts'
import { messageNameOfPacket } from '../../src/wire/dhcp-packet.ts'
import { textToBytes } from '../../src/wire/dhcp-values.ts'
import { bytesOf, host, ip, like, mac, network, world } from './examples.ts'

const efi = mac('52:54:00:12:34:02')
const networks = [network({ mode: 'proxy' })]
const due = [{ host: host('node1', efi), due: true }]
const idle = [{ host: host('node1', efi) }]
const on4011 = {
  port: 'proxy',
  broadcast: false,
  source: { address: ip('10.77.0.61'), port: 1234 },
} as const
const rom = { [option.ipxe]: undefined, [option.userClass]: undefined }
const ask4011 = { mac: efi, ciaddr: ip('10.77.0.61') }

function told(outcome: Outcome): string {
  if (outcome.kind === 'none') return outcome.reason
  const { reply, to, via } = outcome
  return `${messageNameOfPacket(reply)} from ${via} to ${formatIpv4(to.address)}:${to.port}`
}

t.test('port 67: an OFFER without an address to those who boot', async t => {
  const w = world({ networks, hosts: due })
  const outcome = w.send(like('ovmf-x64-discover'))
  t.equal(told(outcome), 'offer from dhcp to 255.255.255.255:68')
  if (outcome.kind === 'none') return
  t.equal(outcome.reply.yiaddr, 0)
  for (const code of [1, 3, 6, 51, 58, 59]) t.notOk(outcome.reply.options.has(code), `no ${code}`)
  t.notOk(outcome.lease)
})

t.test('port 67: silence towards ordinary clients and everything but DISCOVER', async t => {
  const w = world({ networks, hosts: due })
  const quiet = 'not booting, and addresses are not ours to give'
  for (const name of ['udhcpc-discover', 'dhclient-init-reboot', 'dhclient-release']) {
    t.equal(told(w.send(like(name))), quiet)
  }
  t.equal(told(w.send(like('dhclient-discover', { asked: 'inform' }))), quiet)
  t.match(told(w.send(like('ovmf-x64-request'))), 'its request is for the DHCP server')
  t.match(told(w.send(like('ovmf-x64-discover', { asked: 'inform' }))), 'its inform is for the')
})

t.test('port 67: a REQUEST that names us gets an ACK', async t => {
  const options = { [option.serverId]: bytesOf('10.77.0.1') }
  const outcome = world({ networks, hosts: due }).send(like('ovmf-x64-request', { options }))
  t.equal(told(outcome), 'ack from dhcp to 255.255.255.255:68')
  t.equal(outcome.kind === 'reply' && outcome.reply.yiaddr, 0)
})

t.test('port 67: who gets no boot answer', async t => {
  const strangers = world({ networks })
  t.match(told(strangers.send(like('ovmf-x64-discover'))), 'unknownHosts is ignore')
  const bios = world({ networks, hosts: [{ host: host('node1', mac('52:54:00:12:34:01')) }] })
  t.match(told(bios.send(like('ipxe-rom-bios-discover', { options: rom }))), 'node1 is idle')
  const bare = world({ networks, hosts: due, loaders: new Map() })
  t.match(told(bare.send(like('ovmf-x64-discover'))), 'no loader for x64-efi')
})

t.test('U-Boot would take an offer without an address for its own', async t => {
  const options = { [option.vendorClass]: textToBytes('U-Boot.armv8') }
  const w = world({ networks, unknown: 'boot' })
  t.equal(
    told(w.send(like('udhcpc-discover', { options }))),
    'U-Boot.armv8 does not know proxyDHCP',
  )
})

for (const mode of ['proxy', 'server'] as const) {
  t.test(`port 4011 in mode ${mode}: an ACK to where the request came from`, async t => {
    const w = world({ networks: [network({ mode })], hosts: due })
    const ask = (more = {}) =>
      w.send(like('ovmf-x64-request-4011', { ...ask4011, ...more }), { arrival: on4011 })
    const outcome = ask()
    t.equal(told(outcome), 'ack from proxy to 10.77.0.61:1234')
    t.notOk(outcome.lease)
    t.match(outcome.kind === 'reply' && outcome.reply, { yiaddr: 0, file: 'ipxe.efi' })
    t.equal(told(ask({ asked: 'inform' })), 'ack from proxy to 10.77.0.61:1234')
    t.equal(told(ask({ asked: 'discover' })), 'discover has no place on the proxy port')
    const others = 'only PXE clients are answered on the proxy port'
    t.equal(told(ask({ options: { [option.vendorClass]: undefined } })), others)
    const http = { [option.vendorClass]: textToBytes('HTTPClient:Arch:00016') }
    t.equal(told(ask({ options: http })), others)
  })
}

t.test('an idle EFI machine is sent to its disk on both ports', async t => {
  const w = world({ networks, hosts: idle })
  for (const outcome of [
    w.send(like('ovmf-x64-discover')),
    w.send(like('ovmf-x64-request-4011', ask4011), { arrival: on4011 }),
  ]) {
    if (outcome.kind === 'none') return t.fail(outcome.reason)
    const { file, options } = outcome.reply
    t.equal(file, '')
    t.notOk(options.has(option.bootFile))
    t.strictSame(options.get(option.vendorSpecific), Uint8Array.of(6, 1, 8, 255))
    t.strictSame(options.get(option.vendorClass), textToBytes('PXEClient'))
  }
})
