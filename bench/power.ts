import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PowerResult } from '../src/api/power.ts'
import { makeDaemon, type Owner } from '../test/daemon/daemon.ts'
import { startBmcs } from '../test/power/redfish-service.ts'
import { digits, machine } from './figures.ts'

/**
 * Seconds of `power status --where tag=lab` when some of the BMCs take a connection and say nothing. They
 * speak Redfish, and all of them are one process on this machine; each has its own address and handshake.
 *
 *   npm run bench:power [BMCs, dead ones]
 */
const sizes: readonly (readonly [bmcs: number, dead: number])[] = [
  [200, 0],
  [200, 10],
  [1000, 0],
  [1000, 50],
]

const ends: (() => unknown)[] = []
const owner = {
  teardown: (end: () => unknown) => void ends.push(end),
  testdir: () => mkdtempSync(join(tmpdir(), 'bootwright-bench-')),
} as unknown as Owner

const wanted = process.argv.slice(2).map(Number)
const [bmcs, dead = 0] = wanted
const figures = []
for (const size of bmcs === undefined ? sizes : [[bmcs, dead] as const]) {
  const figure = await measure(...size)
  figures.push(figure)
  process.stderr.write(`${JSON.stringify(figure)}\n`)
}
for (const end of ends.toReversed()) await end()
process.stdout.write(`${JSON.stringify({ ...machine(), figures }, null, 2)}\n`)

async function measure(bmcs: number, dead: number) {
  const { port, folder } = await startBmcs(owner, () => ({}))
  const redfish = { user: 'admin', passwordFile: join(folder, 'password') }
  const everyNth = dead === 0 ? Number.POSITIVE_INFINITY : Math.floor(bmcs / dead)
  const hosts = Array.from({ length: bmcs }, (_, n) => {
    const at = `${(n >> 8) + 1}.${n & 255}`
    const mac = `52:54:01:00:${[n >> 8, n & 255].map(byte => byte.toString(16).padStart(2, '0')).join(':')}`
    const by = (n + 1) % everyNth === 0 ? 'dead' : 'bmc'
    return [`node${n}`, { mac, tags: ['lab'], power: { by, address: `127.7.${at}` } }] as const
  })
  const daemon = await makeDaemon(owner, {
    power: {
      bmc: { redfish: { ...redfish, port } },
      dead: { redfish: { ...redfish, port: await startMute() } },
    },
    ...{ profiles: {}, callbacks: {}, hosts: Object.fromEntries(hosts) },
  })
  ends.push(() => rmSync(daemon.folder, { recursive: true, force: true }))
  await daemon.start()
  // Its certificates are kept from the first time on.
  const times = []
  let answered = 0
  for (const _ of [1, 2]) {
    const begin = performance.now()
    const { stdout } = await daemon.cli('power', 'status', '--where', 'tag=lab', '--json')
    times.push(digits((performance.now() - begin) / 1000))
    const results: PowerResult[] = JSON.parse(stdout).results
    answered = results.filter(({ ok }) => ok).length
  }
  await daemon.stop()
  return { bmcs, dead, answered, first: times[0], again: times[1] }
}

/** Takes connections and never says who it is. */
async function startMute(): Promise<number> {
  const server = createServer(socket => socket.on('error', () => {}))
  await new Promise<void>(resolve => server.listen(0, '0.0.0.0', resolve))
  ends.push(() => server.close())
  return (server.address() as AddressInfo).port
}
