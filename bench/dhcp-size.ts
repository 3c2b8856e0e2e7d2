import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../src/store/database.ts'
import { createLeases } from '../src/store/leases.ts'
import { type Ipv4, type Mac, parseIpv4 } from '../src/wire/address.ts'
import { layCable } from './cable.ts'
import { networkLines, range, startDaemon } from './daemon.ts'
import { digits, machine, median } from './figures.ts'
import { perfdhcp } from './perfdhcp.ts'
import { usageOf } from './usage.ts'
import { warmUp } from './warm.ts'

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

const macOf = (vendor: string, n: number) =>
  `${vendor}:${[n >> 16, n >> 8, n].map(byte => (byte & 255).toString(16).padStart(2, '0')).join(':')}` as Mac

/** Leases that hold, of machines that stay away. */
async function fill(dataDir: string, count: number): Promise<void> {
  const db = await openDatabase(dataDir)
  const leases = createLeases(db)
  const from = parseIpv4(range.from) ?? 0
  const [start, end] = [Date.now(), Date.now() + 3600_000]
  for (let n = 0; n < count; n++) {
    const address = (from + n) as Ipv4
    const mac = macOf('02:00:01', n)
    leases.save({ address, mac, network: 'bench', start, end, state: 'active' })
  }
  await db.committed()
  db.close()
}

async function measure({ hosts, leases }: Size): Promise<Cost> {
  const cable = await layCable()
  const folder = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), 'bootwright-bench-'))
  await fill(join(folder, 'data'), leases)
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'assets', 'linux'), 'a kernel')
  const running = startDaemon(cable.server, folder, [
    `assets: ${folder}/assets`,
    ...networkLines(cable.server),
    'profiles: { p: { kernel: linux } }',
    'hosts:',
    ...Array.from(
      { length: hosts },
      (_, n) => `  n${n}: { mac: "${macOf('02:00:02', n)}", profile: p }`,
    ),
  ])
  try {
    await warmUp(cable, running, load.rate)
    const before = usageOf(running.pid).cpu
    const { rate, mean } = await perfdhcp(cable, load)
    const cpu = usageOf(running.pid).cpu - before
    return { microseconds: (cpu * 1e6) / (rate * load.seconds), mean }
  } finally {
    await running.end()
    cable.remove()
    rmSync(folder, { recursive: true, force: true })
  }
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
