import t from 'tap'
import { createNeighbours } from '../../src/system/neighbours.ts'
import { type Ipv4, type Mac, parseIpv4 } from '../../src/wire/address.ts'

const ip = (text: string): Ipv4 => parseIpv4(text) ?? (0 as Ipv4)

const arp = `IP address       HW type     Flags       HW address            Mask     Device
10.77.0.20       0x1         0x2         52:54:00:12:34:56     *        br0
10.77.0.21       0x1         0x0         52:54:00:12:34:56     *        br0
10.77.1.20       0x1         0x6         52:54:00:12:34:56     *        br1
10.77.0.22       0x1         0x2         52:54:00:12:34:57     *        br0
`

t.test('the neighbour table both ways; who did not answer is not there', async t => {
  const mac = '52:54:00:12:34:56' as Mac
  const neighbours = createNeighbours(0, () => arp)
  t.strictSame(neighbours.addressesOf(mac), [ip('10.77.0.20'), ip('10.77.1.20')])
  t.strictSame(neighbours.macsOf(ip('10.77.0.20')), [mac])
  t.strictSame(neighbours.macsOf(ip('10.77.0.21')), [])
  t.strictSame(neighbours.macsOf(ip('10.77.0.30')), [])
})

t.test('many questions at once are one look at the table, which is never old', async t => {
  let at = 1000
  const looks: number[] = []
  const read = () => {
    looks.push(at)
    return looks.length === 1 ? arp : arp.replaceAll('12:34:57', '12:34:58')
  }
  const neighbours = createNeighbours(50, read, () => at)
  const asked = () => neighbours.macsOf(ip('10.77.0.22'))
  t.strictSame(asked(), ['52:54:00:12:34:57'])
  at += 49
  t.strictSame(asked(), ['52:54:00:12:34:57'])
  at += 1
  t.strictSame(asked(), ['52:54:00:12:34:58'])
  t.strictSame(looks, [1000, 1050])
})
