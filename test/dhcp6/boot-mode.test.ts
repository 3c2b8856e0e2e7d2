import t from 'tap'
import type { Arrival6 } from '../../src/dhcp6/network.ts'
import { textOfBytes } from '../../src/wire/dhcp-values.ts'
import { option6 } from '../../src/wire/dhcp6-codes.ts'
import { type Dhcp6Packet, option6Of } from '../../src/wire/dhcp6-packet.ts'
import { lengthTextsOfBytes } from '../../src/wire/dhcp6-values.ts'
import { type Change6, firmware, host6, ip6, like6, network6, told6, world6 } from './examples.ts'

const source = ip6('fe80::5054:ff:fe12:3458')
const networks = [network6({}, { mode: 'boot' })]

/** A packet of the machine beside another server, whose host is due or not. */
function ask(capture: string, change: Change6 = {}, more: Partial<Arrival6> = {}, due = true) {
  const w = world6({ networks, hosts: [{ host: host6('node1', firmware), due }] })
  const outcome = w.send(like6(capture, change), { arrival: { source, ...more } })
  t.strictSame([w.leases.size, outcome.hold, outcome.leases], [0, undefined, undefined], capture)
  return outcome
}

function bootIn({ options }: Dhcp6Packet) {
  const url = option6Of(options, option6.bootFileUrl)
  const vendorClass = option6Of(options, option6.vendorClass)
  return [
    url && textOfBytes(url),
    vendorClass && lengthTextsOfBytes(vendorClass.subarray(4)).join(),
    option6Of(options, option6.preference) ? 'takes no other' : 'beside others',
    option6Of(options, option6.iaNa) ? 'with an address' : 'without an address',
  ].join(', ')
}

t.test('EDK2 is told where to boot from, and given no address', async t => {
  const http = ask('ovmf-http-solicit')
  t.equal(
    http.kind === 'reply' && bootIn(http.reply),
    'http://[2001:db8:77::1]:8080/loaders/ipxe.efi, HTTPClient, beside others, without an address',
  )
  const pxe = ask('ovmf-pxe-solicit')
  t.equal(
    pxe.kind === 'reply' && bootIn(pxe.reply),
    'tftp://[2001:db8:77::1]/ipxe.efi, PXEClient, beside others, without an address',
  )
})

t.test('on port 4011 it asks for the file, without naming a server', async t => {
  const asked = ask('ovmf-pxe-solicit', { asked: 'request' }, { isProxyPort: true })
  t.match(asked.kind === 'reply' && [asked.said, bootIn(asked.reply)], ['reply', /ipxe\.efi/])
  t.match(told6(ask('dhclient-request', {}, { isProxyPort: true })), /not booting/)
})

t.test('a machine that is not due goes on to its disk', async t => {
  const outcome = ask('ovmf-pxe-solicit', {}, {}, false)
  t.match(outcome.kind === 'reply' && bootIn(outcome.reply), /no-such-file\.efi, PXEClient/)
})

t.test('nobody else is told of an answer that has no address', async t => {
  t.match(told6(ask('dhclient-solicit')), /not booting/)
  t.match(told6(ask('ipxe-solicit')), /iPXE does not know proxyDHCP/)
  t.match(told6(ask('ovmf-pxe-request')), /its request is for the DHCP server/)
  t.match(told6(ask('ovmf-address-solicit')), /not booting/)
})

t.test('who asks for settings alone is told where to boot from', async t => {
  const asked = ask('ipxe-solicit', { asked: 'information-request', addresses: [] })
  t.match(asked.kind === 'reply' && bootIn(asked.reply), /boot\.ipxe/)
  t.match(told6(ask('dhclient-information-request')), /not booting/)
})
