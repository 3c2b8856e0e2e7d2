import t from 'tap'
import { isSameUuid } from '../../src/boot/uuid.ts'
import { readClient } from '../../src/dhcp/read-client.ts'
import { option } from '../../src/wire/dhcp-codes.ts'
import { textOfBytes, textToBytes } from '../../src/wire/dhcp-values.ts'
import { type Change, host, like, mac, world } from './examples.ts'

/** A guest's first packet, made of what is known of its firmware: none of these hypervisors was to be had. */
interface Guest {
  readonly mac: string
  readonly capture: 'ipxe-rom-bios-discover' | 'ovmf-x64-discover' | 'ovmf-http-discover'
  readonly arch: number
  readonly undi?: string
  /** What an iPXE in its card says that it can, by the numbers of option 175. */
  readonly features?: readonly number[]
  readonly loader: string
}

const loaders = new Map([
  ['bios', 'undionly.kpxe'],
  ['x64-efi', 'snponly.efi'],
  ['arm64-efi', 'grubaa64.efi'],
] as const)

const guests: Readonly<Record<string, Guest>> = {
  // Its own iPXE is built without bzImage, for want of room: PXE, HTTP, TFTP, DNS and ELF are in it.
  'VirtualBox, BIOS': {
    mac: '08:00:27:12:34:56',
    capture: 'ipxe-rom-bios-discover',
    arch: 0,
    features: [0x21, 0x13, 0x15, 0x17, 0x22],
    loader: 'undionly.kpxe',
  },
  'VirtualBox, BIOS, extension pack': {
    ...{ mac: '08:00:27:12:34:56', capture: 'ipxe-rom-bios-discover' },
    ...{ arch: 0, undi: '002001', loader: 'undionly.kpxe' },
  },
  'VirtualBox, EFI': {
    ...{ mac: '08:00:27:12:34:56', capture: 'ovmf-x64-discover' },
    ...{ arch: 7, undi: '003016', loader: 'snponly.efi' },
  },
  'VMware, BIOS': {
    ...{ mac: '00:0c:29:12:34:56', capture: 'ipxe-rom-bios-discover' },
    ...{ arch: 0, undi: '002001', loader: 'undionly.kpxe' },
  },
  'VMware, EFI': {
    ...{ mac: '00:50:56:12:34:56', capture: 'ovmf-x64-discover' },
    ...{ arch: 7, undi: '003016', loader: 'snponly.efi' },
  },
  'VMware, EFI, HTTP Boot': {
    ...{ mac: '00:50:56:12:34:56', capture: 'ovmf-http-discover' },
    ...{ arch: 16, undi: '003016', loader: 'http://10.77.0.1:8080/loaders/snponly.efi' },
  },
  'Hyper-V, generation 1': {
    ...{ mac: '00:15:5d:12:34:56', capture: 'ipxe-rom-bios-discover' },
    ...{ arch: 0, undi: '002001', loader: 'undionly.kpxe' },
  },
  'Hyper-V, generation 2': {
    ...{ mac: '00:15:5d:12:34:56', capture: 'ovmf-x64-discover' },
    ...{ arch: 7, undi: '003000', loader: 'snponly.efi' },
  },
  'Parallels on Apple’s processors': {
    ...{ mac: '00:1c:42:12:34:56', capture: 'ovmf-x64-discover' },
    ...{ arch: 11, undi: '003000', loader: 'grubaa64.efi' },
  },
}

function packetOf({ mac: card, capture, arch, undi, features }: Guest, more: Change = {}) {
  const kind = capture.startsWith('ovmf-http') ? 'HTTPClient' : 'PXEClient'
  const rom = { [option.ipxe]: undefined, [option.userClass]: undefined }
  const own = features && { [option.ipxe]: Uint8Array.from(features.flatMap(code => [code, 1, 1])) }
  const vendor = `${kind}:Arch:${String(arch).padStart(5, '0')}:UNDI:${undi ?? '002001'}`
  return like(capture, {
    mac: mac(card),
    options: {
      [option.vendorClass]: textToBytes(vendor),
      [option.clientArch]: Uint8Array.of(0, arch),
      ...(own ?? rom),
      ...more.options,
    },
  })
}

for (const [name, guest] of Object.entries(guests)) {
  t.test(`${name}: ${guest.loader}`, async t => {
    const node1 = { host: host('node1', mac(guest.mac), '10.77.0.20'), due: true }
    const outcome = world({ hosts: [node1], loaders }).send(packetOf(guest))
    if (outcome.kind === 'none') return t.fail(outcome.reason)
    const file = outcome.reply.options.get(option.bootFile)
    t.equal(file && textOfBytes(file).replace(/\0$/, ''), guest.loader)
  })
}

t.test('an iPXE in the card that can boot a kernel goes on by itself', async t => {
  const guest = guests['VirtualBox, BIOS']
  if (!guest) return t.fail()
  const packet = packetOf({ ...guest, features: [...(guest.features ?? []), 0x18] })
  t.match(readClient(packet, mac(guest.mac)), { stage: 'ipxe', capable: true })
})

t.test('the UUID that VMware shows is the one of its packet, in the other order', async t => {
  const guest = guests['VMware, BIOS']
  if (!guest) return t.fail()
  // "56 4d 8f 21 6c 1e 9a 40-b5 53 1f 2e 7a 90 44 c3" in its .vmx, as the bytes lie in the packet.
  const bytes = '00 56 4d 8f 21 6c 1e 9a 40 b5 53 1f 2e 7a 90 44 c3'.split(' ')
  const uuid = Uint8Array.from(bytes, byte => Number.parseInt(byte, 16))
  const client = readClient(
    packetOf(guest, { options: { [option.clientUuid]: uuid } }),
    mac(guest.mac),
  )
  for (const shown of [
    '564d8f21-6c1e-9a40-b553-1f2e7a9044c3',
    '218f4d56-1e6c-409a-b553-1f2e7a9044c3',
  ]) {
    t.ok(isSameUuid(client?.uuid ?? '', shown), shown)
  }
})
