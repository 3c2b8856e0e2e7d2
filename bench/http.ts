import { randomBytes } from 'node:crypto'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { attempt } from '../test/lab/command.ts'
import { type Cable, layCable, type Running } from './cable.ts'
import { digits, machine, median } from './figures.ts'
import { bootwright, cacheMiB, nginx } from './http-servers.ts'
import { perfdhcp } from './perfdhcp.ts'
import { compile, findProgram } from './programs.ts'
import { memoryOf, usageOf } from './usage.ts'

/**
 * Files over HTTP against nginx with sendfile in the same run, in short turns in every round, by two
 * clients: `http-load.c` takes up to 256 KB at a time, wrk (Debian package `wrk`, one thread) 8 KB; both
 * share the CPUs with the server, so that what they cost counts. Before, each server proves that it sends
 * the right bytes. Then what else counts, of this daemon: memory under a thousand slow readers, and how
 * soon DHCP and TFTP answer, also while HTTP takes all CPUs.
 * Prints a line for each measurement and, in the end, the medians of all rounds and their ratios as JSON.
 *
 *   node bench/http.ts [rounds]     needs root, cc and apt-get
 */
const rounds = Number(process.argv[2] ?? '5')
const seconds = 2
const settings = [
  { name: '64 MiB x1', file: 'initrd', connections: 1 },
  { name: '64 MiB x16', file: 'initrd', connections: 16 },
  { name: '64 MiB x128', file: 'initrd', connections: 128 },
  { name: '2 GiB x1', file: 'image', connections: 1 },
  { name: '2 GiB x16', file: 'image', connections: 16 },
] as const

interface Stall {
  readonly name: string
  readonly cable: Cable
  readonly running: Running
}

interface Measured {
  /** MB a second, by http-load and by wrk. */
  readonly rate: number
  readonly wrk: number
  /** CPU seconds of the server for a GB. */
  readonly cpu: number
  /** MB of memory of its own in the end. */
  readonly memory: number
}

interface Load {
  readonly file: string
  readonly connections: number
  readonly seconds: number
  /** Bytes a second that each connection takes, 0 for all it can. */
  readonly rate?: number
  readonly check?: boolean
}

const say = (text: string) => void process.stderr.write(`${text}\n`)
const program = await compile('http-load')
const wrkProgram = await findProgram('wrk', 'wrk')
const tftpLoad = await compile('tftp-load')
const folder = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), 'bootwright-bench-'))
const files = join(folder, 'files')

function writeFiles(): void {
  mkdirSync(files)
  const initrd = randomBytes(64 * 2 ** 20)
  writeFileSync(join(files, 'initrd'), initrd)
  for (let n = 0; n < 32; n++) appendFileSync(join(files, 'image'), initrd)
  writeFileSync(join(files, 'small'), randomBytes(1024))
}

async function load({ name, cable, running }: Stall, what: Load) {
  const { file, connections, seconds, rate = 0, check = false } = what
  const before = usageOf(running.pid).cpu
  const where = [cable.server.address, 8080, `/assets/${file}`, join(files, file)]
  const how = [connections, seconds, rate, check ? 1 : 0]
  const command = cable.client.inside([program, ...[...where, ...how].map(String)])
  const { code, stdout, stderr } = await attempt(command)
  if (code !== 0) throw new Error(`${name}, ${file}: ${stderr || stdout}`)
  const { bytes, seconds: time } = JSON.parse(stdout)
  const cpu = (usageOf(running.pid).cpu - before) / (bytes / 1e9)
  return { rate: bytes / time / 1e6, cpu, memory: memoryOf(running.pid) }
}

/** MB a second by wrk, which counts in powers of 1024. */
async function wrk({ name, cable }: Stall, { file, connections, seconds }: Load): Promise<number> {
  const how = ['-t', '1', '-c', String(connections), '-d', `${seconds}s`]
  const url = `http://${cable.server.address}:8080/assets/${file}`
  const { stdout, stderr } = await attempt(cable.client.inside([wrkProgram, ...how, url]))
  const [, amount, unit = ''] = /^Transfer\/sec: *([\d.]+)([KMG]?)B$/m.exec(stdout) ?? []
  if (amount === undefined) throw new Error(`${name}, ${file}: ${stderr || stdout}`)
  return (Number(amount) * 1024 ** ['', 'K', 'M', 'G'].indexOf(unit)) / 1e6
}

/** A thousand readers of 100 kB/s, each somewhere else in the file since they begin one by one. */
async function slowReaders(stall: Stall, file: string) {
  const before = memoryOf(stall.running.pid)
  const slow = load(stall, { file, connections: 1000, seconds: 12, rate: 100_000 })
  await sleep(10_000)
  const during = memoryOf(stall.running.pid)
  return { 'MB before': digits(before), during: digits(during), 'MB/s': digits((await slow).rate) }
}

/** How soon DHCP and TFTP answer, in milliseconds. */
async function answerTimes({ cable }: Stall) {
  const often = { rate: 50, seconds: 4, clients: 1000, percentile: true }
  const dhcp = await perfdhcp(cable, often)
  const small = [cable.server.address, 69, 'small', join(files, 'small'), 512, 1, 1, 4].map(String)
  const { stdout } = await attempt(cable.client.inside([tftpLoad, ...small]))
  const tftp = JSON.parse(stdout)
  return {
    'DHCP mean': digits(dhcp.mean),
    'DHCP p99': digits(dhcp.p99 ?? Number.NaN),
    'DHCP drops': dhcp.drops,
    'TFTP of 1 KB p50': tftp.p50,
    'TFTP of 1 KB p99': tftp.p99,
  }
}

/** The same while 128 connections take all they can get. */
async function busyTimes(stall: Stall) {
  const busy = load(stall, { file: 'initrd', connections: 128, seconds: 12 })
  await sleep(1000)
  const times = await answerTimes(stall)
  return { ...times, 'HTTP MB/s': digits((await busy).rate) }
}

const stalls: Stall[] = []
const results = new Map<string, Measured[]>()
try {
  writeFiles()
  for (const { name, start } of [bootwright, nginx]) {
    const cable = await layCable(name)
    mkdirSync(join(folder, name))
    const running = await start(cable.server, files, join(folder, name))
    stalls.push({ name, cable, running })
  }
  await sleep(3000)
  for (const stall of stalls) {
    for (const { file, connections } of settings) {
      await load(stall, { file, connections, seconds: 2, check: true })
    }
  }
  for (let n = 0; n < rounds; n++) {
    for (const { name: setting, ...what } of settings) {
      for (const stall of stalls) {
        const key = `${stall.name} ${setting}`
        const rates = await load(stall, { ...what, seconds })
        const measured = { ...rates, wrk: await wrk(stall, { ...what, seconds }) }
        results.set(key, [...(results.get(key) ?? []), measured])
        const { rate, cpu, memory } = measured
        const cost = `${digits(cpu)} CPU s/GB, ${digits(memory)} MB`
        say(`${key.padEnd(24)} ${digits(rate)} MB/s, ${cost}; wrk ${digits(measured.wrk)} MB/s`)
      }
    }
  }
  const of = (server: string, setting: string, key: keyof Measured) =>
    digits(median((results.get(`${server} ${setting}`) ?? []).map(one => one[key])))
  const names = stalls.map(({ name }) => name)
  const table = settings.map(({ name }) => {
    const each = (key: keyof Measured) =>
      Object.fromEntries(names.map(server => [server, of(server, name, key)]))
    const ratio = (key: keyof Measured) =>
      digits(of('bootwright', name, key) / of('nginx', name, key))
    const figures = {
      'MB/s': each('rate'),
      ratio: ratio('rate'),
      'wrk MB/s': each('wrk'),
      'wrk ratio': ratio('wrk'),
      'CPU s/GB': each('cpu'),
      MB: each('memory'),
    }
    return [name, figures]
  })
  const [ours] = stalls
  if (!ours) throw new Error('no server')
  const figures = {
    machine: machine(),
    rounds,
    cacheMiB,
    settings: Object.fromEntries(table),
    slowReaders: {
      initrd: await slowReaders(ours, 'initrd'),
      image: await slowReaders(ours, 'image'),
    },
    milliseconds: { idle: await answerTimes(ours), busy: await busyTimes(ours) },
    'peak MB': digits(usageOf(ours.running.pid).peak),
  }
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`)
} finally {
  for (const { cable, running } of stalls) {
    await running.end()
    cable.remove()
  }
  rmSync(folder, { recursive: true, force: true })
}
