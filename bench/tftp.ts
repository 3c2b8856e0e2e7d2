import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { attempt } from '../test/lab/command.ts'
import { type Cable, layCable, type Running } from './cable.ts'
import { digits, machine, median } from './figures.ts'
import { compile } from './programs.ts'
import { atftpd, bootwright, dnsmasq } from './tftp-servers.ts'
import { usageOf } from './usage.ts'

/**
 * A file of 1 MB over TFTP against dnsmasq and atftpd in the same run, downloaded by `tftp-load.c`, which
 * compares every byte. All servers run, each at a cable of its own, and take short turns in every round. Prints a line for each measurement and, in the end, the
 * medians of all rounds and their ratios as JSON: MB/s, CPU seconds of the server for a GB, and the most
 * memory it ever held.
 *
 *   node bench/tftp.ts [rounds] [server...]     needs root, cc and apt-get
 */
const [roundsText = '15', ...chosen] = process.argv.slice(2)
const rounds = Number(roundsText)
const seconds = 0.7
const servers = [bootwright, dnsmasq, atftpd].filter(
  ({ name }) => chosen.length === 0 || chosen.includes(name),
)
const settings = [
  { name: '512 x1', blockSize: 512, window: 1, clients: 1 },
  { name: '1468 x1', blockSize: 1468, window: 1, clients: 1 },
  { name: '1468 x64', blockSize: 1468, window: 1, clients: 64 },
  { name: 'window 16 x1', blockSize: 1468, window: 16, clients: 1 },
  { name: 'window 16 x64', blockSize: 1468, window: 16, clients: 64 },
] as const

type Setting = (typeof settings)[number]

interface Measured {
  /** MB of the file a second. */
  readonly rate: number
  /** CPU seconds of the server for a GB. */
  readonly cpu: number
  /** Downloads that did not end well, and blocks that came twice. */
  readonly failed: number
  readonly again: number
}

function textOf({ rate, cpu, failed, again }: Measured): string {
  const trouble = `${failed ? `, ${failed} failed` : ''}${again ? `, ${again} again` : ''}`
  return `${digits(rate)} MB/s, ${digits(cpu)} CPU s/GB${trouble}`
}

const say = (text: string) => void process.stderr.write(`${text}\n`)
const load = await compile('tftp-load')

async function measure(
  cable: Cable,
  { pid }: Running,
  copy: string,
  setting: Setting,
): Promise<Measured> {
  const { blockSize, window, clients } = setting
  const before = usageOf(pid).cpu
  const what = [cable.server.address, 69, 'file', copy, blockSize, window, clients, seconds]
  const { stdout, stderr } = await attempt(cable.client.inside([load, ...what.map(String)]))
  if (stdout === '') throw new Error(`tftp-load: ${stderr}`)
  if (stderr !== '') say(stderr.slice(0, 500))
  const { bytes, seconds: time, failed, again } = JSON.parse(stdout)
  const cpu = (usageOf(pid).cpu - before) / (bytes / 1e9)
  return { rate: bytes / time / 1e6, cpu, failed, again }
}

const folder = mkdtempSync(join(tmpdir(), 'bootwright-bench-'))
const copy = join(folder, 'files', 'file')
mkdirSync(join(folder, 'files'))
writeFileSync(copy, randomBytes(1_000_000))

/** Every server waits at the end of a cable of its own for its turn. */
const stalls: { name: string; cable: Cable; running: Running }[] = []
const results = new Map<string, Measured[]>()
let peaks: [string, number][] = []
try {
  for (const { name, start } of servers) {
    const cable = await layCable(name)
    mkdirSync(join(folder, name))
    const running = await start(cable.server, join(folder, 'files'), join(folder, name))
    stalls.push({ name, cable, running })
  }
  await sleep(3000)
  for (let n = -1; n < rounds; n++) {
    for (const setting of settings) {
      for (const { name, cable, running } of stalls) {
        const key = `${name} ${setting.name}`
        const measured = await measure(cable, running, copy, setting)
        // The first round warms them up.
        if (n >= 0) results.set(key, [...(results.get(key) ?? []), measured])
        say(`${key.padEnd(26)} ${textOf(measured)}`)
      }
    }
  }
  peaks = stalls.map(({ name, running }) => [name, digits(usageOf(running.pid).peak)])
} finally {
  for (const { cable, running } of stalls) {
    await running.end()
    cable.remove()
  }
  rmSync(folder, { recursive: true, force: true })
}

const of = (server: string, setting: string, key: keyof Measured) =>
  digits(median((results.get(`${server} ${setting}`) ?? []).map(one => one[key])))
const names = servers.map(({ name }) => name)
const table = settings.map(({ name }) => {
  const rates = Object.fromEntries(names.map(server => [server, of(server, name, 'rate')]))
  const cpu = Object.fromEntries(names.map(server => [server, of(server, name, 'cpu')]))
  const best = Math.max(...names.slice(1).map(server => rates[server] ?? 0))
  return [name, { 'MB/s': rates, 'CPU s/GB': cpu, ratio: digits((rates.bootwright ?? 0) / best) }]
})
const figures = {
  machine: machine(),
  rounds,
  settings: Object.fromEntries(table),
  'peak MB': Object.fromEntries(peaks),
}
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`)
