import t from 'tap'
import { macOfPacket, readClient } from '../../src/dhcp/read-client.ts'
import { option } from '../../src/wire/dhcp-codes.ts'
import type { DhcpPacket } from '../../src/wire/dhcp-packet.ts'
import { textToBytes } from '../../src/wire/dhcp-values.ts'
import { captured } from '../packets.ts'
import { type Change, like, mac } from './examples.ts'

const text = textToBytes
const { clientArch, clientUuid, ipxe, userClass, vendorClass } = option

function read(packet: DhcpPacket) {
  const sender = macOfPacket(packet)
  return sender && readClient(packet, sender)
}

function told(capture: string, options: Change['options'] = {}, hardware?: string): string {
  const client = read(like(capture, { options, ...(hardware ? { mac: mac(hardware) } : {}) }))
  return client ? `${client.stage} ${client.arch}${client.capable ? ' capable' : ''}` : 'none'
}

const captures = {
  'ovmf-x64-discover': 'firmware x64-efi',
  'ovmf-x64-request-4011': 'firmware x64-efi',
  'ovmf-http-discover': 'http-firmware x64-efi',
  'ipxe-rom-bios-discover': 'ipxe bios capable',
  'undionly-discover': 'ipxe bios capable',
  'snponly-discover': 'ipxe x64-efi capable',
  'slof-discover': 'firmware ppc64',
  'slof-request': 'firmware ppc64',
  'udhcpc-discover': 'none',
  'dhclient-discover': 'none',
}

for (const [capture, client] of Object.entries(captures)) {
  t.test(`${capture}: ${client}`, async t => t.equal(told(capture), client))
}

const archs: [types: number[], arch: string][] = [
  [[0, 0], 'bios'],
  [[0, 6], 'ia32-efi'],
  [[0, 7], 'x64-efi'],
  [[0, 9], 'x64-efi'],
  [[0, 11], 'arm64-efi'],
  [[0, 16], 'x64-efi'],
  [[0, 27], 'riscv64-efi'],
  [[0, 39], 'loong64-efi'],
  [[0, 41], 'rpi'],
  [[0, 2, 0, 7], 'x64-efi'],
  [[0, 7, 0, 0], 'x64-efi'],
  [[255, 255], 'unknown'],
  [[0, 13], 'unknown'],
]

for (const [types, arch] of archs) {
  t.test(`option 93 of ${types} is ${arch}`, async t => {
    const options = { [clientArch]: Uint8Array.from(types) }
    t.equal(told('ovmf-x64-discover', options), `firmware ${arch}`)
  })
}

t.test('without option 93 the vendor class tells the arch, else it is bios', async t => {
  const missing = { [clientArch]: undefined }
  t.equal(told('ovmf-x64-discover', missing), 'firmware x64-efi')
  t.equal(told('ovmf-http-discover', missing), 'http-firmware x64-efi')
  t.equal(
    told('ovmf-x64-discover', { ...missing, [vendorClass]: text('PXEClient') }),
    'firmware bios',
  )
  const empty = { [clientArch]: new Uint8Array(), [vendorClass]: text('PXEClient') }
  t.equal(told('ovmf-x64-discover', empty), 'firmware bios')
})

t.test('iPXE is known by either option, in either form', async t => {
  const bare = { [ipxe]: undefined, [userClass]: undefined }
  const rows: Change['options'][] = [
    { ...bare, [userClass]: text('iPXE') },
    { ...bare, [userClass]: Uint8Array.of(4, ...text('iPXE')) },
    { ...bare, [userClass]: text('gPXE') },
    { ...bare, [ipxe]: Uint8Array.of(0xeb, 3, 1, 0, 0) },
    { ...bare, [ipxe]: new Uint8Array(), [userClass]: text('bootwright') },
  ]
  for (const options of rows) t.equal(told('undionly-discover', options), 'ipxe bios capable')
  t.equal(told('undionly-discover', bare), 'firmware bios')
  t.equal(told('udhcpc-discover', { [userClass]: text('iPXE') }), 'ipxe bios capable')
})

t.test('an iPXE that names features and lacks ours is not capable', async t => {
  const http = [0x13, 1, 1]
  const tftp = [0x15, 1, 1]
  const bzimage = [0x18, 1, 1]
  const efi = [0x24, 1, 1]
  const offers = (...features: number[][]) => ({ [ipxe]: Uint8Array.from(features.flat()) })
  t.equal(told('undionly-discover', offers(tftp)), 'ipxe bios')
  t.equal(told('undionly-discover', offers(http, tftp)), 'ipxe bios')
  t.equal(told('undionly-discover', offers(http, efi)), 'ipxe bios')
  t.equal(told('undionly-discover', offers(http, bzimage)), 'ipxe bios capable')
  t.equal(told('snponly-discover', offers(http, bzimage)), 'ipxe x64-efi')
  t.equal(told('snponly-discover', offers(http, efi)), 'ipxe x64-efi capable')
})

t.test('U-Boot and the Raspberry Pi', async t => {
  const uboot = (name: string, type?: number) =>
    told('udhcpc-discover', {
      [vendorClass]: text(name),
      ...(type === undefined ? {} : { [clientArch]: Uint8Array.of(0, type) }),
    })
  t.equal(uboot('U-Boot.armv8', 22), 'firmware arm64-uboot')
  t.equal(uboot('U-Boot.armv8'), 'firmware arm64-uboot')
  t.equal(uboot('U-Boot.armv7'), 'firmware arm32-uboot')
  t.equal(uboot('U-Boot', 21), 'firmware arm32-uboot')
  t.equal(uboot('U-Boot', 11), 'firmware arm64-uboot')
  for (const name of ['U-Boot', 'U-Boot.riscv', 'u-boot']) {
    for (const type of [undefined, 0, 7, 27]) t.equal(uboot(name, type), 'firmware uboot')
  }
  const nameless = { [vendorClass]: undefined, [clientArch]: Uint8Array.of(0, 22) }
  t.equal(told('udhcpc-discover', nameless), 'firmware arm64-uboot')
  t.equal(told('udhcpc-discover', { ...nameless, [clientArch]: Uint8Array.of(0, 7) }), 'none')
  const rom = { [vendorClass]: text('PXEClient:Arch:00000:UNDI:002001'), [clientArch]: undefined }
  t.equal(told('ovmf-x64-discover', rom, 'b8:27:eb:01:02:03'), 'firmware rpi')
  const marked = { ...rom, [clientUuid]: Uint8Array.of(0, ...text('RPi4'), ...new Uint8Array(12)) }
  t.equal(told('ovmf-x64-discover', marked), 'firmware rpi')
  t.equal(told('ovmf-x64-discover', {}, 'b8:27:eb:01:02:03'), 'firmware x64-efi', 'with EDK2 on it')
})

t.test('firmware of POWER and s390x is known by what it asks for', async t => {
  const asks = (...codes: readonly number[]) =>
    told('udhcpc-discover', {
      [vendorClass]: undefined,
      [option.parameterList]: Uint8Array.from(codes),
    })
  t.equal(asks(1, 3, 6, 66, 67), 'firmware ppc64')
  t.equal(asks(1, 3, 6, 66, 67, 209, 210), 'firmware ppc64')
  t.equal(asks(1, 3, 6, 66, 67, 93), 'firmware ppc64', 'or s390x, which its REQUEST says')
  t.equal(asks(1, 3, 6, 66), 'none', 'a telephone wants no boot file')
  t.equal(asks(1, 3, 6, 12, 66, 67, 150), 'none', 'and a switch wants more')
  t.equal(asks(), 'none')
  for (const [type, firmware] of [
    [12, 'firmware ppc64'],
    [14, 'firmware ppc64'],
    [31, 'firmware s390x'],
    [0xff, 'none'],
  ] as const) {
    const said = { [vendorClass]: undefined, [clientArch]: Uint8Array.of(0, type) }
    t.equal(told('udhcpc-discover', said), firmware, `type ${type}`)
  }
})

t.test('the UUID and the vendor class come along', async t => {
  t.match(read(captured('ovmf-x64-discover')), {
    mac: '52:54:00:12:34:02',
    uuid: '11223344-5566-7788-99aa-bbccddeeff02',
    vendorClass: 'PXEClient:Arch:00007:UNDI:003000',
  })
  const client = read(like('ovmf-x64-discover', { options: { [clientUuid]: undefined } }))
  t.notOk(client && 'uuid' in client)
})

t.test('hardware that has no MAC of one machine', async t => {
  t.equal(macOfPacket(like('udhcpc-discover', { mac: mac('00:00:00:00:00:00') })), undefined)
  t.equal(macOfPacket(like('udhcpc-discover', { mac: mac('ff:ff:ff:ff:ff:ff') })), undefined)
  t.equal(macOfPacket(like('udhcpc-discover', { htype: 7, hlen: 1 })), undefined)
  t.equal(macOfPacket(captured('udhcpc-discover')), '52:54:00:99:00:01')
})
