import t from 'tap'
import { fuzz6 } from './fuzz6.ts'

const packets = 20_000

t.test('broken DHCPv6 packets break no rule', async t => {
  const { wrong, ...tally } = fuzz6(20_261_129, packets)
  t.comment(JSON.stringify(tally))
  t.strictSame(Object.fromEntries(wrong), {})
  t.ok(tally.understood > packets / 2, 'most could be read')
  t.ok(tally.replies > packets / 20 && tally.leases > packets / 100, 'and many were answered')
})
