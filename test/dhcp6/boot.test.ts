import t from 'tap'
import { toHex } from '../../src/wire/address.ts'
import { textOfBytes } from '../../src/wire/dhcp-values.ts'
import { option6 } from '../../src/wire/dhcp6-codes.ts'
import { encodeDhcp6, option6Of } from '../../src/wire/dhcp6-packet.ts'
import { lengthTextsOfBytes } from '../../src/wire/dhcp6-values.ts'
import { firmware, host6, ip6, like6, ourDuid, world6 } from './examples.ts'

const arrival = { source: ip6('fe80::5054:ff:fe12:3458') }

/** What a packet of the machine is told of booting. */
function told(capture: string, due = true, settings = {}) {
  const host = { ...host6('node1', firmware, '2001:db8:77::20'), ...settings }
  const outcome = world6({ hosts: [{ host, due }] }).send(like6(capture), { arrival })
  if (outcome.kind !== 'reply') return { url: undefined, vendorClass: undefined, outcome }
  const { options } = outcome.reply
  const url = option6Of(options, option6.bootFileUrl)
  const vendorClass = option6Of(options, option6.vendorClass)
  return {
    url: url && textOfBytes(url),
    vendorClass: vendorClass && lengthTextsOfBytes(vendorClass.subarray(4)).join(),
    outcome,
  }
}

t.test('PXE firmware is told a URL of TFTP, without a class of ours', async t => {
  const { url, vendorClass, outcome } = told('ovmf-pxe-solicit')
  t.equal(url, 'tftp://[2001:db8:77::1]/ipxe.efi')
  t.equal(vendorClass, undefined, 'by which it would ask again, on port 4011')
  if (outcome.kind !== 'reply') return
  t.notOk(option6Of(outcome.reply.options, 60), 'EDK2 takes parameters for a size')
  const hex = toHex(encodeDhcp6(outcome.reply))
  const after = hex.slice(hex.indexOf(toHex(new TextEncoder().encode('ipxe.efi'))) + 16)
  t.match(after, /^00/, 'it reads a URL up to a zero byte')
  t.equal(toHex(ourDuid).length > 0, true)
})

t.test('UEFI HTTP Boot is told a URL of HTTP under its own class', async t => {
  const { url, vendorClass } = told('ovmf-http-solicit')
  t.equal(url, 'http://[2001:db8:77::1]:8080/loaders/ipxe.efi')
  t.equal(vendorClass, 'HTTPClient')
})

t.test('iPXE is told where its script is', async t => {
  const { url, vendorClass } = told('ipxe-solicit')
  t.equal(url, 'http://[2001:db8:77::1]:8080/boot/52-54-00-12-34-58/boot.ipxe')
  t.equal(vendorClass, undefined)
})

t.test('firmware goes on to the disk from a file that is not there', async t => {
  t.equal(told('ovmf-pxe-solicit', false).url, 'tftp://[2001:db8:77::1]/no-such-file.efi')
  t.equal(told('ovmf-http-solicit', false).url, 'http://[2001:db8:77::1]:8080/no-such-file.efi')
  t.equal(told('ovmf-pxe-solicit', false, { localBoot: 'silent' }).url, undefined)
  t.match(told('ipxe-solicit', false).url, /boot\.ipxe$/, 'iPXE needs its script for it')
})

t.test('a name that is a path stays one, and nothing in it ends the URL', async t => {
  const { url } = told('ovmf-pxe-solicit', true, { loader: 'arm64-efi/a b#?.efi' })
  t.equal(url, 'tftp://[2001:db8:77::1]/arm64-efi/a%20b%23%3F.efi')
})

t.test('no system and no address alone is told of booting', async t => {
  for (const capture of ['ovmf-address-solicit', 'dhclient-solicit', 'networkd-solicit'])
    t.equal(told(capture).url, undefined, capture)
})
