import { randomBytes } from 'node:crypto'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { attempt, run } from '../test/lab/command.ts'
import { type End, layCable } from './cable.ts'
import { main, networkLines, startDaemon } from './daemon.ts'
import { digits, machine } from './figures.ts'
import { macOf } from './macs.ts'
import { compile, findFile } from './programs.ts'
import { plot } from './storm-plot.ts'
import { type Steps, steps } from './storm-steps.ts'
import { memoryOf, usageOf } from './usage.ts'

/**
 * The power comes back and a rack of machines installs itself at once: DHCP as firmware, a real loader
 * over TFTP, DHCP as iPXE, scripts, a kernel of 8 MB and an initrd of 64 MB over HTTP, `ready` and `done`,
 * webhooks. Every byte is compared. Before it, the throughput of HTTP alone is measured, which is the bar:
 * the storm may take 1.2 times what its bytes need then. Prints one JSON object, and writes the machines
 * by state over time as SVG.
 *
 * The cable carries 10 Gbit/s, as the network card of a server does, or whatever `tc` takes as a rate;
 * with `none` only the CPUs, which server and machines share, set a bound.
 *
 *   node bench/storm.ts [machines] [rate] [plot.svg]     needs root, cc and apt-get
 */
const [countText = '1000', rate = '10gbit', svg = 'storm.svg'] = process.argv.slice(2)
const count = Number(countText)
const spreadMs = 5000
const colours = ['#cbd5e1', '#fde68a', '#fdba74', '#f9a8d4', '#a5b4fc', '#93c5fd', '#6ee7b7']
const states = ['DHCP', 'TFTP', 'iPXE, scripts', 'kernel', 'initrd', 'installer', 'done'] as const

interface Storm {
  readonly machines: readonly Steps[]
  readonly again: { readonly dhcp: number; readonly tftp: number }
  readonly failures: readonly string[]
  readonly hooks: readonly string[]
  readonly hooksAt: number
}

const machines = fileURLToPath(new URL('./storm-machines.ts', import.meta.url))
const [load, fetcher] = [await compile('http-load'), await compile('http-fetch')]
const folder = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), 'bootwright-storm-'))
const file = (name: string) => join(folder, 'assets', name)

/** Makes the files, and tells the lines of a config that gives them to all machines. */
async function furnish(end: End): Promise<string[]> {
  for (const name of ['loaders', 'images']) mkdirSync(file(name), { recursive: true })
  copyFileSync(await findFile('/usr/lib/ipxe/undionly.kpxe', 'ipxe'), file('loaders/undionly.kpxe'))
  writeFileSync(file('images/kernel'), randomBytes(8e6))
  writeFileSync(file('images/initrd'), randomBytes(64e6))
  const hosts = Array.from(
    { length: count },
    (_, n) => `  n${n}: { mac: "${macOf(0, n)}", profile: p }`,
  )
  return [
    'assets: ./assets',
    ...networkLines(end),
    'profiles:',
    '  p: { kernel: images/kernel, initrd: images/initrd, callbacks: [notify] }',
    'callbacks:',
    '  notify: { when: [ready, installed], webhook: { url: "http://10.99.0.2:9000/" } }',
    'hosts:',
    ...hosts,
  ]
}

/** Bounds what leaves a device. */
function limit({ device, inside }: End, rate: string) {
  const bounds = ['rate', rate, 'burst', '1m', 'latency', '50ms']
  return run(inside(['tc', 'qdisc', 'add', 'dev', device, 'root', 'tbf', ...bounds]))
}

/** What is asked of the daemon as its operator does. */
function operator(inside: (command: readonly string[]) => string[], ...words: readonly string[]) {
  const token = ['--token-file', join(folder, 'data/admin-token')]
  return run(inside([process.execPath, main, ...words, ...token]))
}

/** How many machines are past each step and before the next, at 200 moments. */
function layersOf(storm: Storm, ms: number) {
  return states.map((name, n) => {
    const counts = Array.from({ length: 200 }, (_, moment) => {
      const now = (moment / 199) * ms
      const isPast = (at: number | undefined) => at !== undefined && at <= now
      const [from, to] = [steps[n], steps[n + 1]]
      return storm.machines.filter(m =>
        n === states.length - 1 ? isPast(m.done) : from && to && isPast(m[from]) && !isPast(m[to]),
      ).length
    })
    return { name, colour: colours[n] ?? 'black', counts }
  })
}

/** Seconds from a machine's start until it came so far: median, 99 of 100, and the last. */
function percentiles(storm: Storm) {
  return Object.fromEntries(
    steps.slice(1).map(step => {
      const took = storm.machines
        .flatMap(m => (m[step] === undefined ? [] : m[step] - (m.start ?? 0)))
        .toSorted((a, b) => a - b)
      const of = (share: number) =>
        digits((took[Math.ceil(took.length * share) - 1] ?? Number.NaN) / 1000)
      return [step, { p50: of(0.5), p99: of(0.99), last: of(1) }]
    }),
  )
}

const cable = await layCable()
const { client, server } = cable
// The limited broadcast needs a way out.
await run(client.inside(['ip', 'route', 'add', '255.255.255.255', 'dev', client.device]))
if (rate !== 'none') await limit(server, rate)
const daemon = startDaemon(server, folder, await furnish(server))
let most = 0
const watch = setInterval(() => {
  most = Math.max(most, memoryOf(daemon.pid))
}, 200)
try {
  await sleep(4000)
  const url = '/assets/images/initrd'
  const alone = await run(
    client.inside([load, server.address, '8080', url, file('images/initrd'), '128', '8', '0', '1']),
  )
  const { bytes: moved, seconds } = JSON.parse(alone)
  const before = { memory: memoryOf(daemon.pid), cpu: usageOf(daemon.pid).cpu }
  await operator(server.inside, 'install', '*', '--yes')

  const files = ['loaders/undionly.kpxe', 'images/kernel', 'images/initrd'].map(file)
  const how = [count, spreadMs, count * 2].map(String)
  const script = [process.execPath, machines, client.device, fetcher, ...files, ...how]
  const { stdout, stderr } = await attempt(client.inside(script))
  if (stdout === '') throw new Error(stderr)
  const storm: Storm = JSON.parse(stdout)
  const cpu = usageOf(daemon.pid).cpu - before.cpu
  const list = JSON.parse(await operator(server.inside, 'hosts', '--json'))
  const rows: readonly { state: string }[] = Array.isArray(list) ? list : list.hosts
  const ends = storm.machines.flatMap(({ done }) => done ?? [])
  const wall = Math.max(...ends) / 1000
  const bytes = count * files.reduce((sum, path) => sum + statSync(path).size, 0)
  const speed = moved / seconds
  writeFileSync(svg, plot(`${count} machines by state`, wall, layersOf(storm, wall * 1000)))
  const figures = {
    machine: machine(),
    machines: count,
    cable: rate,
    failures: storm.failures.length,
    'first failures': storm.failures.slice(0, 5),
    'sent again': storm.again,
    installed: rows.filter(({ state }) => state === 'installed').length,
    webhooks: new Set(storm.hooks).size,
    'last webhook, s': digits(storm.hooksAt / 1000),
    'HTTP alone, MB/s': digits(speed / 1e6),
    GB: digits(bytes / 1e9),
    'wall, s': digits(wall),
    ratio: digits(wall / (bytes / speed)),
    'CPU s': digits(cpu),
    'MB before': digits(before.memory),
    'MB most': digits(most),
    'seconds until': percentiles(storm),
    plot: svg,
  }
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`)
} finally {
  clearInterval(watch)
  await daemon.end()
  cable.remove()
  rmSync(folder, { recursive: true, force: true })
}
