import t from 'tap'
import type { Network } from '../../src/boot/host.ts'
import { isInNetwork, serverAddressesOf, serverAddressFor } from '../../src/boot/network-address.ts'
import { formatIpAddress, type IpAddress, parseIpAddress } from '../../src/wire/ip-address.ts'
import { network as only4 } from '../dhcp/examples.ts'
import { network6 } from '../dhcp6/examples.ts'

const ip = (text: string) => parseIpAddress(text) as IpAddress
const both = network6()

t.test('an address is in the network whose subnet of its family has it', async t => {
  t.ok(isInNetwork(both, ip('10.77.0.20')))
  t.ok(isInNetwork(both, ip('2001:db8:77::20')))
  t.notOk(isInNetwork(both, ip('10.78.0.20')))
  t.notOk(isInNetwork(both, ip('2001:db8:78::20')))
  t.notOk(isInNetwork(both, ip('fe80::1')), 'of one link only, it is of none')
  t.notOk(isInNetwork(only4(), ip('2001:db8:77::20')), 'without IPv6 there is none')
})

t.test('a machine reaches us by the family that it asks by', async t => {
  const own = (network: Network | undefined, asks: string) =>
    formatIpAddress(serverAddressFor(network, ip(asks)))
  t.equal(own(both, '10.77.0.20'), '10.77.0.1')
  t.equal(own(both, '2001:db8:77::20'), '2001:db8:77::1')
  t.equal(own(undefined, '2001:db8:77::20'), '::1')
  t.equal(own(undefined, '10.77.0.20'), '127.0.0.1')
  t.strictSame(serverAddressesOf(both).map(formatIpAddress), ['10.77.0.1', '2001:db8:77::1'])
  t.equal(serverAddressesOf(only4()).length, 1)
})
