import t from 'tap'
import { closedPorts } from '../../src/system/firewall.ts'

const ruleset = (policy: string, rules: string) => `table inet filter {
	chain input {
		type filter hook input priority filter; policy ${policy};
		ct state { established, related } accept
		${rules}
	}
	chain forward {
		type filter hook forward priority filter; policy drop;
	}
}
`

t.test('ports that a firewall lets nobody in by', async t => {
  t.strictSame(closedPorts('', [67, 69]), [])
  t.strictSame(closedPorts(ruleset('accept', ''), [67, 69]), [], 'another chain drops')
  t.strictSame(closedPorts(ruleset('drop', 'tcp dport 22 accept'), [67, 69]), [67, 69])
  t.strictSame(closedPorts(ruleset('drop', 'udp dport { 67, 4011 } accept'), [67, 69, 4011]), [69])
})
