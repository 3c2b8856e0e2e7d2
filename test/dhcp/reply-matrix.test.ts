import t from 'tap'
import type { BootSettings, Network } from '../../src/boot/host.ts'
import { describe } from '../../src/dhcp/describe.ts'
import { replyLimit } from '../../src/dhcp/reply.ts'
import { option } from '../../src/wire/dhcp-codes.ts'
import { decodeDhcp, encodeDhcp } from '../../src/wire/dhcp-packet.ts'
import { textToBytes } from '../../src/wire/dhcp-values.ts'
import { golden } from '../golden.ts'
import {
  bytesOf,
  type Change,
  host,
  ip,
  like,
  mac,
  network,
  type Place,
  world,
} from './examples.ts'

const macs = {
  bios: mac('52:54:00:12:34:01'),
  efi: mac('52:54:00:12:34:02'),
  http: mac('52:54:00:12:34:03'),
  ordinary: mac('52:54:00:99:00:01'),
  slof: mac('52:54:00:12:34:70'),
}

const romOnly = {
  [option.ipxe]: undefined,
  [option.userClass]: undefined,
  [option.clientId]: undefined,
}
const stripped = { [option.ipxe]: Uint8Array.of(0x15, 1, 1) }
const address = { [option.requestedAddress]: bytesOf('10.77.0.20') }
const toUs = { ...address, [option.serverId]: bytesOf('10.77.0.1') }
const raspberry = { ...romOnly, [option.maxMessageSize]: undefined }

const proxy: Place['networks'] = [network({ mode: 'proxy' })]
const due = (hardware = macs.bios, settings: BootSettings = {}) => [
  { host: { ...host('node1', hardware, '10.77.0.20'), ...settings }, due: true },
]
const idle = (hardware = macs.bios, settings: BootSettings = {}) => [
  { host: { ...host('node1', hardware, '10.77.0.20'), ...settings } },
]
const everything: Partial<Network> = {
  mtu: 9000,
  ntp: [ip('10.77.0.1')],
  domainSearch: ['lab.example', 'example'],
  routes: [{ to: { base: ip('10.0.0.0'), prefix: 8 }, via: ip('10.77.0.2') }],
  options: [
    { code: 150, bytes: [10, 77, 0, 1] },
    { code: 226, bytes: [0, 1, 0x51, 0x80], force: true },
    { code: 252, bytes: [1] },
  ],
}
const relay = { giaddr: ip('10.77.0.2'), hops: 1 }
const circuit = { [option.relayAgent]: Uint8Array.of(1, 4, 0, 0, 0, 7) }

interface Row {
  readonly name: string
  readonly capture: string
  readonly change?: Change
  readonly place: Place
  readonly port?: 'dhcp' | 'proxy'
}

/** The reply matrix: protocols, section 2.9. The file of each row holds the whole reply. */
const matrix: Row[] = [
  { name: 'ipxe-bios-due-server', capture: 'undionly-discover', place: { hosts: due() } },
  {
    name: 'ipxe-bios-due-server-ack',
    capture: 'undionly-request',
    change: { options: toUs },
    place: { hosts: due() },
  },
  {
    name: 'ipxe-bios-due-proxy',
    capture: 'undionly-discover',
    place: { hosts: due(), networks: proxy },
  },
  { name: 'ipxe-efi-idle-server', capture: 'snponly-discover', place: { hosts: idle(macs.efi) } },
  {
    name: 'ipxe-stripped-due-server',
    capture: 'ipxe-rom-bios-discover',
    change: { options: stripped },
    place: { hosts: due() },
  },
  {
    name: 'ipxe-stripped-due-proxy',
    capture: 'ipxe-rom-bios-discover',
    change: { options: stripped },
    place: { hosts: due(), networks: proxy },
  },
  {
    name: 'pxe-bios-due-server',
    capture: 'ipxe-rom-bios-discover',
    change: { options: romOnly },
    place: { hosts: due() },
  },
  {
    name: 'pxe-bios-due-proxy',
    capture: 'ipxe-rom-bios-discover',
    change: { options: romOnly },
    place: { hosts: due(), networks: proxy },
  },
  {
    name: 'pxe-bios-idle-server',
    capture: 'ipxe-rom-bios-discover',
    change: { options: romOnly },
    place: { hosts: idle() },
  },
  { name: 'pxe-efi-due-server', capture: 'ovmf-x64-discover', place: { hosts: due(macs.efi) } },
  {
    name: 'pxe-efi-due-server-ack',
    capture: 'ovmf-x64-request',
    change: { options: toUs },
    place: { hosts: due(macs.efi) },
  },
  {
    name: 'pxe-efi-due-proxy',
    capture: 'ovmf-x64-discover',
    place: { hosts: due(macs.efi), networks: proxy },
  },
  {
    name: 'pxe-efi-due-proxy-4011',
    capture: 'ovmf-x64-request-4011',
    change: { mac: macs.efi, ciaddr: ip('10.77.0.60') },
    place: { hosts: due(macs.efi), networks: proxy },
    port: 'proxy',
  },
  {
    name: 'pxe-efi-due-server-4011',
    capture: 'ovmf-x64-request-4011',
    change: { mac: macs.efi, ciaddr: ip('10.77.0.20') },
    place: { hosts: due(macs.efi) },
    port: 'proxy',
  },
  { name: 'pxe-efi-idle-server', capture: 'ovmf-x64-discover', place: { hosts: idle(macs.efi) } },
  {
    name: 'pxe-efi-idle-proxy',
    capture: 'ovmf-x64-discover',
    place: { hosts: idle(macs.efi), networks: proxy },
  },
  { name: 'pxe-efi-unknown-server', capture: 'ovmf-x64-discover', place: { unknown: 'ignore' } },
  {
    name: 'pxe-efi-due-relayed',
    capture: 'ovmf-x64-discover',
    change: { ...relay, options: circuit },
    place: { hosts: due(macs.efi) },
  },
  {
    name: 'pxe-efi-binl-server',
    capture: 'ovmf-x64-discover',
    place: { hosts: due(macs.efi, { uefi: 'binl' }) },
  },
  {
    name: 'pxe-efi-binl-proxy-4011',
    capture: 'ovmf-x64-request-4011',
    change: { mac: macs.efi, ciaddr: ip('10.77.0.60') },
    place: { hosts: due(macs.efi, { uefi: 'binl' }), networks: proxy },
    port: 'proxy',
  },
  {
    name: 'pxe-bios-empty-proxy',
    capture: 'ipxe-rom-bios-discover',
    change: { options: romOnly },
    place: { hosts: idle(macs.bios, { localBoot: 'empty' }), networks: proxy },
  },
  {
    name: 'pxe-efi-silent-server',
    capture: 'ovmf-x64-discover',
    place: { hosts: idle(macs.efi, { localBoot: 'silent' }) },
  },
  {
    name: 'ordinary-relayed-override-ack',
    capture: 'dhclient-request',
    change: {
      ...relay,
      options: {
        [option.requestedAddress]: bytesOf('10.77.0.60'),
        [option.serverId]: bytesOf('10.77.0.2'),
        [option.subnetSelection]: bytesOf('10.77.0.0'),
        [option.relayAgent]: Uint8Array.of(1, 1, 7, 11, 4, ...bytesOf('10.77.0.2'), 19, 0),
      },
    },
    place: {},
  },
  {
    name: 'ordinary-relayed-nak',
    capture: 'dhclient-request',
    change: {
      ...relay,
      options: { ...toUs, ...circuit, [option.requestedAddress]: bytesOf('10.9.9.9') },
    },
    place: {},
  },
  {
    name: 'ordinary-all-options',
    capture: 'dhclient-discover',
    change: {
      options: { [option.parameterList]: Uint8Array.of(1, 121, 3, 6, 15, 26, 28, 42, 119, 150) },
    },
    place: { networks: [network(everything)] },
  },
  {
    name: 'ordinary-rapid-commit-ack',
    capture: 'udhcpc-discover',
    change: { options: { [option.rapidCommit]: new Uint8Array() } },
    place: { networks: [network({ rapidCommit: true })] },
  },
  { name: 'http-efi-due-server', capture: 'ovmf-http-discover', place: { hosts: due(macs.http) } },
  {
    name: 'http-efi-due-proxy',
    capture: 'ovmf-http-discover',
    place: { hosts: due(macs.http), networks: proxy },
  },
  {
    name: 'raspberry-pi-due-proxy',
    capture: 'ipxe-rom-bios-discover',
    change: { mac: mac('b8:27:eb:00:00:01'), options: raspberry },
    place: { hosts: due(mac('b8:27:eb:00:00:01')), networks: proxy },
  },
  {
    name: 'u-boot-due-server',
    capture: 'udhcpc-discover',
    change: {
      options: {
        [option.vendorClass]: textToBytes('U-Boot.armv8'),
        [option.clientArch]: Uint8Array.of(0, 22),
      },
    },
    place: { hosts: due(macs.ordinary) },
  },
  {
    name: 'u-boot-config-server',
    capture: 'udhcpc-discover',
    change: {
      options: {
        [option.vendorClass]: textToBytes('U-Boot.armv8'),
        [option.clientArch]: Uint8Array.of(0, 22),
      },
    },
    place: {
      hosts: due(macs.ordinary),
      loaders: new Map([['arm64-uboot', 'pxelinux.cfg/default']]),
    },
  },
  {
    name: 'ppc64-due-server',
    capture: 'slof-discover',
    place: { hosts: due(macs.slof), loaders: new Map([['ppc64', 'pxelinux.cfg/']]) },
  },
  {
    name: 's390x-due-server',
    capture: 'slof-request',
    change: { options: { ...toUs, [option.clientArch]: Uint8Array.of(0, 31) } },
    place: { hosts: due(macs.slof), loaders: new Map([['s390x', 'pxelinux.cfg/']]) },
  },
  {
    name: 'ia32-efi-due-server',
    capture: 'ovmf-x64-discover',
    change: { options: { [option.clientArch]: Uint8Array.of(0, 6) } },
    place: { hosts: due(macs.efi), loaders: new Map([['ia32-efi', 'ipxe-i386.efi']]) },
  },
  { name: 'ordinary-server', capture: 'udhcpc-discover', place: {} },
  {
    name: 'ordinary-reserved-server',
    capture: 'udhcpc-discover',
    place: { hosts: idle(macs.ordinary) },
  },
  {
    name: 'ordinary-nak-server',
    capture: 'udhcpc-request',
    change: { options: { ...toUs, [option.requestedAddress]: bytesOf('10.9.9.9') } },
    place: {},
  },
]

for (const { name, capture, change, place, port = 'dhcp' } of matrix) {
  t.test(`${name}: a ${capture} gets the reply in replies/${name}.txt`, async t => {
    const request = like(capture, change)
    const source = { address: ip('10.77.0.60'), port: 4011 }
    const arrival = port === 'proxy' ? { port, source, broadcast: false } : {}
    const outcome = world(place).send(request, { arrival })
    if (outcome.kind === 'none') return t.fail(outcome.reason)
    const bytes = encodeDhcp(outcome.reply, { max: replyLimit(request) })
    const text = `${outcome.reason}\n${bytes.length} bytes\n${describe(decodeDhcp(bytes))}`
    t.equal(text, golden(`replies/${name}.txt`, text))
    t.ok(bytes.length >= 300 && bytes.length <= replyLimit(request), 'size')
    t.equal(outcome.via, port)
  })
}
