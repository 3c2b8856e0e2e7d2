import t from 'tap'
import { whyNotTogether } from '../../src/system/network-sockets.ts'
import { parseIpv4, parseSubnet } from '../../src/wire/address.ts'

const on = (name: string, device?: string, mode: 'server' | 'proxy' | 'none' = 'server') => ({
  name,
  mode,
  ...(device === undefined ? {} : { interface: device }),
})

const subnet = parseSubnet('10.9.0.0/24')
const serverAddress = parseIpv4('10.7.0.1')
if (!subnet || serverAddress === undefined) throw new Error('unreachable')
const relayed = { ...on('far'), subnet, serverAddress }

t.test('what one socket for all can serve', async t => {
  t.equal(whyNotTogether([], []), undefined)
  t.equal(whyNotTogether([on('lan')], []), undefined)
  t.equal(whyNotTogether([on('lan', 'br0'), on('quiet', 'br1', 'none'), relayed], []), undefined)
})

t.test('several networks need a socket each', async t => {
  const two = [on('a', 'br0'), on('b', 'br1', 'proxy'), relayed]
  t.match(
    whyNotTogether(two, []),
    /^DHCP on several networks .* a, b has none: .*socket-units br0 br1.*bootwright-dhcp@br1\.socket.*with-sockets br0 br1 --/,
  )
  t.match(whyNotTogether(two, ['br0']), /and b has none/)
  t.equal(whyNotTogether(two, ['br0', 'br1']), undefined)
  t.match(whyNotTogether([on('a'), on('b')], ['br0']), /each network must name its `interface`/)
  t.match(whyNotTogether([on('a')], ['br0']), /must name its `interface`/)
})
