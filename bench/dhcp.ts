import { race } from './dhcp-race.ts'
import { bootwright, bootwright6, dnsmasq, dnsmasq6, kea, kea6 } from './dhcp-servers.ts'

/**
 * DHCP exchanges a second against Kea and dnsmasq in the same run (Debian packages `kea-admin`,
 * `kea-dhcp4-server`, `kea-dhcp6-server`, `dnsmasq-base`; root). Prints what was found as JSON.
 *
 *   node bench/dhcp.ts [4 | 6] [rounds] [server...]     BENCH_QUIET=1: no server logs its leases
 */
const [version = '4', rounds = '3', ...chosen] = process.argv.slice(2)
const family = version === '6' ? 6 : 4
const [us, them, others] = family === 6 ? [bootwright6, kea6, dnsmasq6] : [bootwright, kea, dnsmasq]

const every = [
  { server: us, from: 3000, warm: 2000 },
  { server: them, from: 3000, warm: 2000 },
  { server: others, from: 200, warm: 200 },
]
const candidates = every.filter(({ server }) => chosen.length === 0 || chosen.includes(server.name))
const figures = await race(candidates, Number(rounds), family)
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`)
