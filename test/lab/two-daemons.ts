/**
 * `npm run lab:takeover`: two computers with a daemon each share one PostgreSQL and, by keepalived, one address. A
 * machine is installed, and in each stage the one that works dies in another way. `npm test` leaves it out: a
 * takeover takes its time.
 */
import t, { type Test } from 'tap'
import { fileTimeout } from '../patience.ts'
import { lacksPostgres, startPostgres } from '../store/postgres-server.ts'
import { udhcpc } from './clients.ts'
import { type EventRow, showWhenFailed } from './daemon.ts'
import { createLab, type Lab } from './lab.ts'
import type { Machine } from './machine.ts'
import { labObstacle, packages } from './packages.ts'
import { startNode, type VrrpNode } from './vrrp-node.ts'

const wanted = {
  ...packages,
  keepalived: 'moves the address',
  nftables: 'holds back what a machine asks',
}
const skip = (await labObstacle(wanted)) ?? lacksPostgres
t.setTimeout(fileTimeout(10))

const shared = '10.77.0.10'
const mac = '52:54:00:12:34:a7'
const network = `    subnet: 10.77.0.0/24
    serverAddress: ${shared}
    mode: server
    range: 10.77.0.50-10.77.0.150
    lease: 10m`

async function setUp() {
  const { urlFile, psql } = (await startPostgres(t)).newDatabase()
  const lab = await createLab({ biosOnly: true, ipv6Router: false })
  t.teardown(() => lab.remove())
  const more = `store: { postgres: { urlFile: ${urlFile} } }`
  const settings = { network, mac, address: '10.77.0.20', more }
  const first = await startNode(t, lab, { name: 'one', address: '10.77.0.2', shared, settings })
  await first.works(t, 'from the start')
  const second = await startNode(t, lab, { name: 'two', address: '10.77.0.3', shared, settings })
  // A network that has never given an address listens for other DHCP servers first, whoever serves it.
  const { namespace } = await lab.network.addPeer('10.77.0.241')
  t.match(await udhcpc(namespace), { serverid: shared })
  return { lab, psql, first, second }
}

/** Resolves with the first event of the host whose text is so. */
function heard({ daemon }: VrrpNode, pattern: RegExp): Promise<void> {
  return new Promise(resolve =>
    daemon.follow('node1', ({ text }: EventRow) => {
      if (pattern.test(text)) resolve()
    }),
  )
}

/** No HTTP of machines passes, until the returned function is called. */
async function holdBack({ network }: Lab): Promise<() => Promise<unknown>> {
  const chain = '{ type filter hook forward priority 0; }'
  for (const line of [
    'add table bridge held',
    `add chain bridge held http ${chain}`,
    'add rule bridge held http tcp dport 8080 drop',
  ]) {
    await network.run(['nft', line])
  }
  return () => network.run(['nft', 'delete table bridge held'])
}

/** A machine on a line that is slow enough for a kernel to be interrupted. */
async function slowMachine(t: Test, lab: Lab): Promise<Machine> {
  const computer = await lab.addMachine({ firmware: 'bios', mac })
  const slow = ['tc', 'qdisc', 'add', 'dev', 'tap0', 'root', 'tbf', 'rate', '4mbit']
  await lab.network.run([...slow, 'burst', '32kbit', 'latency', '400ms'])
  const machine = computer.powerOn()
  t.teardown(async () => {
    if (!t.passing()) t.comment(machine.serial.text())
    await machine.powerOff()
  })
  return machine
}

t.test('the daemon that works dies in each stage of an install', { skip }, async t => {
  const { lab, psql, first, second } = await setUp()
  showWhenFailed(t, second.daemon, 'node1')
  const asked = await second.daemon.cli(['install', 'node1', '--yes'])
  t.equal(asked.code, 0, 'asked of the one that stands by', { stderr: asked.stderr })
  const discovered = heard(first, /^DHCP DISCOVER/)
  const letPass = await holdBack(lab)
  const machine = await slowMachine(t, lab)

  await discovered
  const offered = second.works(t, 'kill -9 after the offer')
  await first.daemon.kill('SIGKILL')
  await first.comeBack()
  const acknowledged = heard(first, /^DHCP REQUEST .*10\.77\.0\.20/)
  await offered

  await acknowledged
  const scripted = first.works(t, 'no power before the script')
  await second.losePower()
  await letPass()
  await scripted
  await second.comeBack()

  await machine.serial.waitFor(/linux\.\.\..* [3-9]\d%/, 120)
  const ended = first.daemon.kill('SIGSTOP')
  await second.works(t, 'SIGSTOP in the middle of the kernel')
  void first.daemon.kill('SIGCONT')
  t.equal(await ended, 1, 'who goes on ends: the database is another’s')
  await first.comeBack()

  await machine.serial.waitFor(/lab: writing /, 180)
  const writing = first.works(t, 'kill -9 while the disk is written')
  await second.daemon.kill('SIGKILL')
  await writing
  await machine.serial.waitFor(/lab: told done/, 120)
  await machine.exited
  await second.comeBack()

  for (const { daemon } of [first, second]) {
    const { host, installs } = (await daemon.api('/api/v1/hosts/node1')).body
    t.match(host, { state: 'installed', attempt: 1 })
    t.equal(installs.length, 1)
  }
  await lab.hook.waitFor('installed', 30)
  const keys = lab.hook.received.map(({ headers }) => headers['idempotency-key'])
  t.equal(new Set(keys).size, 3, 'asked, ready, installed')
  t.equal(psql('select count(*) from attempts'), '1')
  t.equal(psql("select daemon, epoch from owners where network = '*'"), 'one:8080|5')

  const left = first.daemon.kill('SIGTERM')
  await second.works(t, 'SIGTERM')
  t.equal(await left, 0)
})
