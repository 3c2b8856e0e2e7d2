import t from 'tap'
import { chooseOffer, rivalsOf } from '../../src/probe/choose.ts'
import type { ClientKind } from '../../src/probe/client-kind.ts'
import { discoverOf } from '../../src/probe/clients.ts'
import { readOffer, type ServerOffer } from '../../src/probe/offers.ts'
import { type Ipv4, type Mac, parseIpv4 } from '../../src/wire/address.ts'
import { option } from '../../src/wire/dhcp-codes.ts'
import type { DhcpPacket } from '../../src/wire/dhcp-packet.ts'
import { textToBytes } from '../../src/wire/dhcp-values.ts'
import { useThisOffer } from '../../src/wire/pxe-options.ts'

const ip = (text: string) => parseIpv4(text) as Ipv4
const client = (kind: ClientKind) => ({ kind, mac: '02:00:00:00:00:01' as Mac, xid: 7 })

/** An OFFER as a server writes it. */
function offer(said: {
  server: string
  address?: string
  file?: string
  vendor?: 'PXEClient' | 'HTTPClient'
  complete?: true
  kind?: ClientKind
}): ServerOffer {
  const discover = discoverOf(client(said.kind ?? 'bios'))
  const packet: DhcpPacket = {
    ...discover,
    op: 2,
    yiaddr: ip(said.address ?? '0.0.0.0'),
    siaddr: ip(said.server),
    options: new Map([
      [option.messageType, Uint8Array.of(2)],
      [option.serverId, Uint8Array.of(...said.server.split('.').map(Number))],
      ...(said.file ? ([[option.bootFile, textToBytes(`${said.file}\0`)]] as const) : []),
      ...(said.vendor ? ([[option.vendorClass, textToBytes(said.vendor)]] as const) : []),
      ...(said.complete ? ([[option.vendorSpecific, useThisOffer]] as const) : []),
    ]),
  }
  return readOffer(packet, ip(said.server), client(said.kind ?? 'bios')) as ServerOffer
}

const router = offer({ server: '10.0.0.1', address: '10.0.0.50' })
const proxy = { server: '10.0.0.2', vendor: 'PXEClient', complete: true } as const

t.test('what firmware makes of its offers', async t => {
  t.match(chooseOffer('bios', []), { kind: 'nothing', code: 'silence' })
  t.match(chooseOffer('bios', [offer({ ...proxy, file: 'a' })]), { code: 'no-address' })
  t.match(chooseOffer('uefi', [router]), { code: 'no-boot' })
  const beside = offer({ ...proxy, file: 'snponly.efi' })
  t.match(chooseOffer('uefi', [router, beside]), {
    kind: 'fetch',
    file: 'snponly.efi',
    from: ip('10.0.0.2'),
  })
  t.match(
    chooseOffer('uefi', [router, offer(proxy)]),
    { kind: 'disk' },
    'complete, and no file: its disk',
  )
  const binl = offer({ server: '10.0.0.2', vendor: 'PXEClient', file: 'x' })
  t.match(chooseOffer('uefi', [router, binl]), { kind: 'ask', at: ip('10.0.0.2') })
  const old = offer({ server: '10.0.0.1', address: '10.0.0.50', file: 'pxelinux.0' })
  t.match(chooseOffer('bios', [old]), { kind: 'fetch', file: 'pxelinux.0' })
  t.match(
    chooseOffer('bios', [old, beside]),
    { kind: 'fetch', file: 'snponly.efi' },
    'PXE goes before',
  )
  t.match(rivalsOf('bios', [old, beside], beside), [{ server: ip('10.0.0.1') }])
  t.strictSame(rivalsOf('bios', [router, beside], beside), [])
})

t.test('UEFI HTTP Boot takes URLs of whom answers it alone', async t => {
  const url = 'http://10.0.0.2:8080/loaders/snponly.efi'
  const pxe = offer({ ...proxy, file: 'snponly.efi', kind: 'uefi-http' })
  const http = offer({ server: '10.0.0.2', vendor: 'HTTPClient', file: url, kind: 'uefi-http' })
  const gives = offer({ server: '10.0.0.1', address: '10.0.0.50', kind: 'uefi-http' })
  t.match(chooseOffer('uefi-http', [gives, pxe]), { code: 'no-boot' })
  t.match(chooseOffer('uefi-http', [gives, pxe, http]), { kind: 'fetch', file: url })
})

t.test('iPXE takes any boot file', async t => {
  const url = 'http://10.0.0.2:8080/boot.ipxe'
  t.match(chooseOffer('ipxe', [router, offer({ ...proxy, file: url, kind: 'ipxe' })]), {
    file: url,
  })
})

t.test('answers to others are none of ours', async t => {
  const other = { ...router.packet, xid: 8 }
  t.equal(readOffer(other, ip('10.0.0.1'), client('bios')), undefined)
  t.equal(readOffer({ ...router.packet, op: 1 }, ip('10.0.0.1'), client('bios')), undefined)
  const someone = { ...router.packet, chaddr: new Uint8Array(16).fill(3) }
  t.equal(readOffer(someone, ip('10.0.0.1'), client('bios')), undefined)
  const nak = new Map([...router.packet.options, [option.messageType, Uint8Array.of(6)]] as const)
  t.equal(readOffer({ ...router.packet, options: nak }, ip('10.0.0.1'), client('bios')), undefined)
})
