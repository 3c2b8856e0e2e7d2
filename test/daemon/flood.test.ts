import { randomBytes } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import t from 'tap'
import type { DhcpPacket } from '../../src/wire/dhcp-packet.ts'
import { openDhcpWire } from './client.ts'
import { type Daemon, startDaemon } from './daemon.ts'
import { ask, makeMachine, show, timeline } from './machine.ts'
import { loopback, mac1 } from './settings.ts'

const packets = 200_000
const requests = 5000
/** Fewer than a socket's buffer holds, so that none is lost before it is looked at. */
const burst = 100
const perHost = 100
/** Bytes that a flood may add to a daemon that has seen one already. */
const mostGrowth = 25 << 20

t.test('a flood of strangers', async t => {
  const daemon = await startDaemon(t, {
    networks: { lo: { ...loopback, range: '127.0.0.50-127.0.0.250' } },
    hosts: { node1: { mac: mac1, address: '127.0.0.20', profile: 'debian' } },
    keep: { perHost },
  })
  const wire = await openDhcpWire(t, daemon.ports)
  const idle = measure(daemon)
  const machine = makeMachine(daemon, wire, mac1)
  await machine.lease()
  await ask(daemon, 'node1')
  await flood(packets)
  await floodHttp(daemon)
  const full = measure(daemon)
  const growth = await floodUntilFull(full.memory)
  t.comment(JSON.stringify({ idle, full, growth }))
  t.ok(full.drops < packets / 100, 'nearly all of them were looked at')
  t.ok(full.database < 8 << 20, 'the database is small')
  t.ok(full.memory < idle.memory + (290 << 20), 'the memory is within bounds')
  t.ok((growth.at(-1) ?? 0) < mostGrowth, 'and it grows no more')
  t.ok((await timeline(daemon, 'node1')).length <= perHost * 1.01 + 1, 'nor its timeline')
  const { strangers } = await daemon.get<{ strangers: unknown[] }>('/strangers')
  t.ok(strangers.length <= 1024, 'strangers are forgotten')
  const lines = daemon.logs()
  t.ok(lines.length < packets / 10, `${lines.length} lines of log for ${packets} packets and more`)
  t.ok(lines.some(({ msg }) => /^\d+ more log lines like these were left out$/.test(`${msg}`)))

  t.equal((await machine.lease()).file, 'undionly.kpxe')
  t.equal(machine.address(), '127.0.0.20')
  t.match((await machine.script()).text, 'echo node1 installs debian, attempt 1')
  for (const event of ['ready', 'done', 'up']) {
    t.equal((await machine.phoneHome(event)).status, 204)
  }
  t.equal((await show(daemon, 'node1')).host.state, 'installed')
  t.equal((await daemon.stop()).code, 0)

  /** What each further flood adds: a heap takes some of them to settle, a leak never does. */
  async function floodUntilFull(before: number) {
    const growth: number[] = []
    let last = before
    do {
      await flood(packets / 2)
      await floodHttp(daemon)
      const { memory } = measure(daemon)
      growth.push(memory - last)
      last = memory
    } while (growth.length < 4 && (growth.at(-1) ?? 0) >= mostGrowth)
    return growth
  }

  async function flood(count: number) {
    const stages = ['firmware', 'ipxe', 'http-firmware'] as const
    for (let sent = 0; sent < count; sent += burst) {
      const discover = machine.discover(stages[(sent / burst) % 3])
      await Promise.all(Array.from({ length: burst }, () => wire.send(fromAnybody(discover))))
      // Datagrams keep their order: when the host is answered, all before it are done with.
      const offer = await wire.ask(discover)
      if (offer.yiaddr !== 0x7f000014) t.fail('the host gets another address than its own')
    }
  }
})

/** The same packet from a machine that nobody knows. */
function fromAnybody(packet: DhcpPacket): DhcpPacket {
  const chaddr = new Uint8Array(16)
  chaddr.set(randomBytes(6))
  chaddr[0] = (chaddr[0] ?? 0) & 0xfe
  return { ...packet, xid: randomBytes(4).readUInt32BE(), chaddr }
}

/** Phone homes with random tokens and scripts for random MACs, some at a time. */
async function floodHttp(daemon: Daemon): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 })
  const paths = (n: number) =>
    n % 2 === 0
      ? `/phone-home/${randomBytes(18).toString('base64url')}?event=done`
      : `/boot/02${randomBytes(5).toString('hex')}/boot.ipxe`
  let next = 0
  const worker = async () => {
    while (next < 2 * requests) await get(agent, daemon.ports.http, paths(next++))
  }
  await Promise.all(Array.from({ length: 16 }, worker))
  agent.destroy()
}

function get(agent: Agent, port: number, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request({ agent, host: '127.0.0.1', port, path }, answer => {
      answer.resume()
      answer.on('end', resolve)
    })
    asked.on('error', reject)
    asked.end()
  })
}

/** Bytes of the daemon's memory and of its database, and packets that came too fast for it. */
function measure(daemon: Daemon) {
  const status = readFileSync(`/proc/${daemon.pid()}/status`, 'utf8')
  const sizes = ['', '-wal', '-shm'].map(
    end =>
      statSync(join(daemon.folder, `data/bootwright.db${end}`), { throwIfNoEntry: false })?.size ??
      0,
  )
  const port = daemon.ports.dhcp.toString(16).toUpperCase().padStart(4, '0')
  const sockets = readFileSync('/proc/net/udp', 'utf8')
    .split('\n')
    .map(line => line.trim().split(/\s+/))
    .filter(([, local]) => local?.endsWith(`:${port}`))
  return {
    drops: sockets.reduce((sum, fields) => sum + Number(fields.at(-1)), 0),
    memory: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024,
    database: sizes.reduce((sum, size) => sum + size, 0),
  }
}
