import t, { type Test } from 'tap'
import { formatIpv4 } from '../../src/wire/address.ts'
import type { DhcpPacket } from '../../src/wire/dhcp-packet.ts'
import { openDhcpWire, tftpGet } from './client.ts'
import { type Daemon, startDaemon, until } from './daemon.ts'
import { ask, type Machine, makeMachine, show, untilTold } from './machine.ts'
import { openReceiver, type Receiver } from './receiver.ts'
import { loopback, mac1 } from './settings.ts'

/** A daemon, a receiver of its webhooks and one machine. */
async function lan(t: Test, network: object) {
  const daemon = await startDaemon(t, { networks: { lo: { ...loopback, ...network } } })
  const wire = await openDhcpWire(t, daemon.ports)
  const receiver = await openReceiver(t, daemon.ports.hook)
  return { daemon, wire, receiver, machine: makeMachine(daemon, wire, mac1) }
}

t.test('mode server, from DISCOVER to the disk', async t => {
  const { daemon, wire, receiver, machine } = await lan(t, {})
  const install = await ask(daemon, 'node1')

  const offer = await wire.ask(machine.discover())
  t.equal(offer.file, 'undionly.kpxe')
  t.match(formatIpv4(offer.yiaddr), /^127\.0\.0\.[5-9]\d$/)
  const ack = await machine.lease()
  t.equal(ack.yiaddr, offer.yiaddr, 'the address that was offered')
  t.match(ack, { file: 'undionly.kpxe', siaddr: 0x7f000001 })
  await loads(t, daemon, machine, ack)

  const chained = await machine.lease('ipxe')
  t.equal(machine.address(), formatIpv4(ack.yiaddr), 'iPXE gets the address of the firmware')
  t.equal(chained.file, `${daemon.url}/boot/52-54-00-00-00-01/boot.ipxe`)
  await installs(t, daemon, machine, receiver, install)

  t.equal((await machine.lease()).file, '', 'the firmware is sent to its disk')
  await untilTold(daemon, 'node1', /^TFTP: undionly.kpxe sent/)
  await untilTold(daemon, 'node1', /^HTTP: kernel sent/)
  await bootsDisk(t, machine)
})

t.test('mode proxy, on ports 67 and 4011', async t => {
  const network = { mode: 'proxy', range: undefined, trustUrl: true }
  const { daemon, wire, receiver, machine } = await lan(t, network)
  const install = await ask(daemon, 'node1')

  const offer = await wire.ask(machine.discover())
  t.match(offer, { file: 'undionly.kpxe', yiaddr: 0, siaddr: 0x7f000001 })
  const ack = await wire.ask(machine.request({ ...offer, yiaddr: 0x7f000032 as never }), 'proxy')
  t.match(ack, { file: 'undionly.kpxe', yiaddr: 0, siaddr: 0x7f000001 })
  t.strictSame(ack.options.get(53), Uint8Array.of(5))
  await loads(t, daemon, machine, ack)

  const chained = await wire.ask(machine.discover('ipxe'))
  t.match(chained, { file: `${daemon.url}/boot/52-54-00-00-00-01/boot.ipxe`, yiaddr: 0 })
  await installs(t, daemon, machine, receiver, install)

  await wire.send(machine.discover())
  await untilTold(daemon, 'node1', /DISCOVER.*no reply.*installed.*boots its disk/)
  const last = await wire.ask(machine.discover('ipxe'))
  t.equal(last.file, chained.file, 'an iPXE of its own is told by its script')
  await bootsDisk(t, machine)
})

/** The loader that the reply names, by TFTP. */
async function loads(t: Test, daemon: Daemon, machine: Machine, reply: DhcpPacket) {
  const loader = await tftpGet(daemon.ports.tftp, reply.file, machine.address())
  t.ok(loader.equals(Buffer.alloc(70_001, 'loader')), 'the loader, byte for byte')
}

/** From the script to the end of the install, and what the operator and the receiver see of it. */
async function installs(
  t: Test,
  daemon: Daemon,
  machine: Machine,
  receiver: Receiver,
  install: string,
) {
  const { status, text } = await machine.script()
  t.equal(status, 200)
  t.match(text, /^#!ipxe\necho node1 installs debian, attempt 1\n/)
  t.match(text, 'BOOTIF=01-52-54-00-00-00-01')
  await fetchesAll(t, machine, text)
  t.equal((await show(daemon, 'node1')).host.state, 'booting')

  t.match(await machine.phoneHome('ready', { facts: { disk: 'sda' } }), { status: 204 })
  t.equal((await show(daemon, 'node1')).host.state, 'installing')
  t.match(await machine.phoneHome('progress', { percent: 40, message: 'half' }), { status: 204 })
  t.match((await show(daemon, 'node1')).host, { percent: 40, message: 'half' })
  t.match(await machine.phoneHome('done'), { status: 204 })
  t.equal((await show(daemon, 'node1')).host.state, 'verifying')
  t.match(await machine.phoneHome('up'), { status: 204 })

  await until('the webhook', () => receiver.delivered('installed').length === 1)
  t.strictSame(
    receiver.received.map(({ key, signed }) => ({ key, signed })),
    [
      { key: `${install}/0/notify/asked`, signed: true },
      { key: `${install}/1/notify/ready`, signed: true },
      { key: `${install}/1/notify/installed`, signed: true },
    ],
  )
  t.match(receiver.received.at(-1)?.body, {
    event: 'installed',
    host: 'node1',
    mac: mac1,
    address: machine.address(),
    profile: 'debian',
    install,
    attempt: 1,
    at: /^\d{4}-\d\d-\d\dT[\d:.]+Z$/,
    facts: { disk: 'sda' },
  })
  const shown = await show(daemon, 'node1')
  t.match(shown.host, { state: 'installed', attempt: 1, install })
  t.match(shown.installs, [{ id: install, outcome: 'installed' }])
  await untilTold(daemon, 'node1', /answer file answers fetched/)
}

/** Kernel, initrd and the answer file that the script's command line names. */
async function fetchesAll(t: Test, machine: Machine, script: string) {
  const urlOf = (line: RegExp) => line.exec(script)?.[1] ?? 'http://missing/'
  const kernel = await machine.fetch(urlOf(/^kernel --name kernel (\S+)/m))
  t.equal(kernel.text, Buffer.alloc(300_000, 'kernel').toString())
  const initrd = await machine.fetch(urlOf(/^initrd --name initrd0 (\S+)/m))
  t.equal(initrd.text, Buffer.alloc(700_000, 'initrd').toString())
  const answers = await machine.fetch(urlOf(/ auto url=(\S+)/))
  t.equal(answers.text, `host=node1 attempt=1 to=${urlOf(/bootwright=(\S+)/)}\n`)
}

async function bootsDisk(t: Test, machine: Machine) {
  const { status, text } = await machine.script()
  t.equal(status, 200)
  t.match(text, /^#!ipxe\necho Disk: node1 is installed/)
  t.match(text, 'sanboot --no-describe --drive 0x80')
  t.notMatch(text, 'kernel')
}
