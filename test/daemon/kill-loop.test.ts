import { randomBytes, randomInt } from 'node:crypto'
import t from 'tap'
import { formatIpv4, macOfBytes } from '../../src/wire/address.ts'
import { openDhcpWire } from './client.ts'
import { startDaemon, until } from './daemon.ts'
import { ask, makeMachine, show } from './machine.ts'
import { loopback, mac1 } from './settings.ts'

const rounds = 20

/** All that the daemon has acknowledged. */
interface Acknowledged {
  /** MAC by address. */
  readonly leases: Map<string, string>
  readonly installs: string[]
  script?: { install: string; text: string } | undefined
}

t.test('kill -9 under load loses nothing that was acknowledged', async t => {
  const network = { ...loopback, range: '127.1.0.1-127.1.63.254' }
  const daemon = await startDaemon(t, { networks: { lo: network } })
  const wire = await openDhcpWire(t, daemon.ports)
  const machine = makeMachine(daemon, wire, mac1)
  const known: Acknowledged = { leases: new Map(), installs: [] }
  let count = 0

  const lease = async () => {
    const mac = macOfBytes(Uint8Array.of(0x52, 0x54, 7, ...randomBytes(3)))
    const { yiaddr } = await makeMachine(daemon, wire, mac).lease()
    known.leases.set(formatIpv4(yiaddr), mac)
  }
  const install = async () => {
    const id = await ask(daemon, 'node1', { replace: true })
    known.installs.push(id)
    known.script = undefined
    const { text } = await machine.script()
    known.script = { install: id, text }
  }
  let running = false
  /** What it is in the middle of when the daemon goes counts for nothing. */
  const repeat = async (work: () => Promise<void>) => {
    while (running) {
      await work().catch(() => {})
      count++
    }
  }

  await machine.lease()
  for (let round = 0; round < rounds; round++) {
    running = true
    const workers = [lease, lease, lease, install].map(repeat)
    const enough = count + randomInt(5, 50)
    await until('some work', () => count >= enough)
    await daemon.kill()
    running = false
    wire.forget()
    await Promise.all(workers)
    await daemon.start()
    await verify(round)
  }
  t.ok(known.leases.size > rounds && known.installs.length > rounds, 'there was something to lose')
  t.comment(`${known.leases.size} leases, ${known.installs.length} installs`)

  async function verify(round: number) {
    const { leases } = await daemon.get<{ leases: { address: string; mac: string }[] }>('/leases')
    const found = new Map(leases.map(({ address, mac }) => [address, mac]))
    const lost = [...known.leases].filter(([address, mac]) => found.get(address) !== mac)
    t.strictSame(lost, [], `round ${round}: no lease is lost`)
    const { host, installs } = await show(daemon, 'node1')
    // In a short round of a slow day none may have been acknowledged.
    const last = known.installs.slice(-1).filter(id => !installs.some(known => known.id === id))
    t.strictSame(last, [], `round ${round}: the last install is known`)
    // An install that nobody was told of may have begun after it.
    if (!known.script || host.install !== known.script.install) return
    t.equal((await machine.script()).text, known.script.text, `round ${round}: the same script`)
  }
})
