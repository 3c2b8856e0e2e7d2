import { join } from 'node:path'
import { createLeases } from '../src/store/leases.ts'
import { openSqlite } from '../src/store/sqlite.ts'
import { type Ipv4, parseIpv4 } from '../src/wire/address.ts'
import type { End } from './cable.ts'
import { range } from './daemon.ts'
import { startBootwright } from './dhcp-servers.ts'
import { digits, machine, median } from './figures.ts'
import { macOf } from './macs.ts'
import { perfdhcp } from './perfdhcp.ts'
import { onTrial } from './trial.ts'
import { usageOf } from './usage.ts'

/**
 * What a DHCP exchange costs with ten hosts in the config and ten leases, and with 10,000 and 60,000:
 * perfdhcp (Debian package `kea-admin`; root) asks for 4,000 machines at 2,000 exchanges a second, by
 * turns. Prints the medians of CPU microseconds an exchange and of the mean delay, and their ratios.
 *
 *   npm run bench:dhcp-size -- [rounds]
 */
const rounds = Number(process.argv[2] ?? '3')
const load = { rate: 2000, seconds: 10, clients: 4000 }
const sizes = [
  { hosts: 10, leases: 10 },
  { hosts: 10_000, leases: 60_000 },
]
type Size = (typeof sizes)[number]

interface Cost {
  readonly microseconds: number
  readonly mean: number
}

/** Leases that hold, of machines that stay away. */
async function fill(dataDir: string, count: number): Promise<void> {
  const db = await openSqlite(dataDir)
  const leases = createLeases(db)
  const from = parseIpv4(range.from) ?? 0
  const [start, end] = [Date.now(), Date.now() + 3600_000]
  for (let n = 0; n < count; n++) {
    const address = (from + n) as Ipv4
    const mac = macOf(1, n)
    leases.save({ address, mac, network: 'bench', start, end, state: 'active' })
  }
  await db.committed()
  db.close()
}

function measure(size: Size): Promise<Cost> {
  const hosts = Array.from(
    { length: size.hosts },
    (_, n) => `  n${n}: { mac: "${macOf(2, n)}", profile: none }`,
  )
  const start = async (end: End, folder: string) => {
    await fill(join(folder, 'data'), size.leases)
    return startBootwright(end, folder, hosts)
  }
  return onTrial(start, load.rate, async (cable, { pid }) => {
    const before = usageOf(pid).cpu
    const { rate, mean } = await perfdhcp(cable, load)
    const cpu = usageOf(pid).cpu - before
    return { microseconds: (cpu * 1e6) / (rate * load.seconds), mean }
  })
}

const costs = sizes.map((): Cost[] => [])
for (let n = 0; n < rounds; n++) {
  for (const [which, size] of sizes.entries()) {
    const cost = await measure(size)
    costs[which]?.push(cost)
    const { microseconds, mean } = cost
    const what = `${size.hosts} hosts, ${size.leases} leases`
    process.stderr.write(`${what}: ${digits(microseconds)} us, mean ${digits(mean)} ms\n`)
  }
}
const [few, many] = costs.map(all => ({
  microseconds: digits(median(all.map(cost => cost.microseconds))),
  mean: digits(median(all.map(cost => cost.mean))),
}))
if (!few || !many) throw new Error('unreachable')
const ratios = {
  microseconds: digits(many.microseconds / few.microseconds),
  mean: digits(many.mean / few.mean),
}
process.stdout.write(
  `${JSON.stringify({ machine: machine(), rounds, few, many, ratios }, null, 2)}\n`,
)
