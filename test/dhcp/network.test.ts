import t from 'tap'
import { sentenceOf } from '../../src/boot/words/reason.ts'
import { destinationOf } from '../../src/dhcp/destination.ts'
import { type Arrival, networkOfPacket } from '../../src/dhcp/network.ts'
import { formatIpv4, parseSubnet } from '../../src/wire/address.ts'
import { ip, like, network } from './examples.ts'

function subnet(text: string) {
  const found = parseSubnet(text)
  if (!found) throw new Error(text)
  return found
}

const rack = network()
const far = network({ name: 'far', subnet: subnet('10.88.0.0/16') })
const near = network({ name: 'near', subnet: subnet('10.88.7.0/24') })
const networks = [rack, far, near]

const heard: Arrival = {
  broadcast: true,
  port: 'dhcp',
  source: { address: ip('0.0.0.0'), port: 68 },
  serverPort: 67,
}

function chosen(fields: { giaddr?: string; ciaddr?: string }, more: Partial<Arrival> = {}): string {
  const packet = like('udhcpc-discover', {
    giaddr: ip(fields.giaddr ?? '0.0.0.0'),
    ciaddr: ip(fields.ciaddr ?? '0.0.0.0'),
  })
  const choice = networkOfPacket(packet, { ...heard, ...more }, networks)
  return choice.kind === 'network' ? choice.network.name : sentenceOf(choice.why)
}

t.test('which network a packet is from', async t => {
  const unicast = (text: string) => ({ broadcast: false, source: { address: ip(text), port: 68 } })
  t.equal(chosen({}, { network: rack }), 'rack', 'a broadcast on the only network')
  t.equal(chosen({}), 'cannot tell which network it came from')
  t.equal(chosen({ giaddr: '10.88.1.1' }, { network: rack }), 'far', 'relayed')
  t.equal(chosen({ giaddr: '10.88.7.1' }), 'near', 'relayed, and the smallest subnet wins')
  t.equal(chosen({ giaddr: '10.99.0.1' }), 'the relay 10.99.0.1 is in no network of the config')
  t.equal(chosen({ ciaddr: '10.88.7.9' }, unicast('10.88.7.9')), 'near', 'renewing past the relay')
  t.equal(chosen({ ciaddr: '10.88.7.9' }, { network: rack }), 'rack', 'a broadcast after a move')
  t.equal(chosen({}, { ...unicast('10.88.7.9'), port: 'proxy' }), 'near', 'by its source')
  t.equal(chosen({ ciaddr: '10.99.0.9' }, { ...unicast('10.99.0.9'), network: rack }), 'rack')
})

t.test('where a reply goes', async t => {
  const goes = (fields: Parameters<typeof like>[1], more: Partial<Arrival> = {}) => {
    const { address, port } = destinationOf(like('udhcpc-discover', fields), { ...heard, ...more })
    return `${formatIpv4(address)}:${port}`
  }
  const giaddr = ip('10.88.7.1')
  const ciaddr = ip('10.77.0.60')
  const source = { address: ip('10.77.0.61'), port: 4011 }
  t.equal(goes({ asked: 'offer' }), '255.255.255.255:68')
  t.equal(goes({ asked: 'offer', giaddr }), '10.88.7.1:67')
  t.equal(goes({ asked: 'ack', ciaddr }), '10.77.0.60:68')
  t.equal(goes({ asked: 'nak', ciaddr }), '255.255.255.255:68')
  t.equal(goes({ asked: 'nak', giaddr }), '10.88.7.1:67')
  t.equal(goes({ asked: 'ack', ciaddr }, { port: 'proxy', source }), '10.77.0.61:4011')
  t.equal(goes({ asked: 'offer' }, { serverPort: 6767 }), '255.255.255.255:6768')
})
