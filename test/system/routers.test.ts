import t from 'tap'
import { parseAdverts } from '../../src/system/routers.ts'
import { parseSubnet6 } from '../../src/wire/ipv6.ts'

/** As `rdisc6 -n -m` of ndisc6 1.0.5 wrote it, beside radvd 2.19. */
const said = (managed: string, from: string) => `
Hop limit                 :           64 (      0x40)
Stateful address conf.    :          ${managed}
Stateful other conf.      :          Yes
Router preference         :       medium
Router lifetime           :           12 (0x0000000c) seconds
 Prefix                   : fd00:99::/64
  On-link                 :          Yes
  Autonomous address conf.:           No
  Valid time              :        86400 (0x00015180) seconds
 Prefix                   : 2001:db8::/48
  On-link                 :           No
  Autonomous address conf.:          Yes
 Recursive DNS server     : fd00:99::1
  DNS server lifetime     :          600 (0x00000258) seconds
 Source link-layer address: B6:77:92:46:7D:47
 from ${from}
`
const prefixes = [
  { subnet: parseSubnet6('fd00:99::/64'), isOnLink: true },
  { subnet: parseSubnet6('2001:db8::/48'), isOnLink: false },
]

t.test('what two routers say', async t => {
  const text = `Soliciting ff02::2 (ff02::2) on c0...\n${said('Yes', 'fe80::1')}${said(' No', 'fe80::2')}`
  t.strictSame(parseAdverts(text), [
    { router: 'fe80::1', isManaged: true, prefixes },
    { router: 'fe80::2', isManaged: false, prefixes },
  ])
})

t.test('what is no advertisement, or half of one', async t => {
  const whole = said('Yes', 'fe80::1')
  t.strictSame(parseAdverts(''), [])
  t.strictSame(parseAdverts('Timed out.\nNo response.\n'), [])
  t.strictSame(parseAdverts(whole.replace('fe80::1', 'nobody')), [])
  t.strictSame(parseAdverts(whole.slice(0, whole.indexOf(' from'))), [])
  t.match(parseAdverts(whole.replace('fd00:99::/64', 'fd00:99::/300')), [
    { router: 'fe80::1', prefixes: [prefixes[1]] },
  ])
})
