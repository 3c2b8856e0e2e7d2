import { readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { startBmcs } from '../power/redfish-service.ts'
import { openDhcpWire } from './client.ts'
import { runAsCron } from './cron.ts'
import { makeDaemon, until } from './daemon.ts'
import { makeMachine, show } from './machine.ts'
import { openReceiver } from './receiver.ts'
import type { Settings } from './settings.ts'

const page = readFileSync(new URL('../../docs/reimaging.md', import.meta.url), 'utf8')
const yaml = /^```yaml\n(.*?)^```$/ms.exec(page)?.[1] ?? ''
/** What stands behind the times in the line for cron. */
const line = /^```\n(?:\S+ ){5}(.*)\n```$/m.exec(page)?.[1] ?? ''

interface Desk {
  readonly mac: string
  readonly power: { readonly address: string }
}

/**
 * The lab of the page, with BMCs at addresses of loopback. A machine that is switched on and told to netboot
 * goes as far as `ends` says.
 */
async function startLab(t: Test, ends: (name: string) => 'up' | 'failed' | 'silent') {
  const config = parse(yaml.replaceAll('10.77.1.', '127.0.6.')) as Settings
  const hosts = Object.entries(config.hosts as Record<string, Desk>)
  const nameOf = (address: string) => hosts.find(([, desk]) => desk.power.address === address)?.[0]
  const boot = Promise.withResolvers<(name: string) => void>()
  const bmcs = await startBmcs(t, address => ({
    async switched(_reset, { power, boot: { BootSourceOverrideTarget: target } }) {
      if (power === 'On' && target === 'Pxe') (await boot.promise)(nameOf(address) ?? '')
    },
  }))
  const { redfish } = (config.power as { bmc: { redfish: object } }).bmc
  const report = (config.callbacks as { report: object }).report
  const daemon = await makeDaemon(t, ports => ({
    ...config,
    power: { bmc: { redfish: { ...redfish, port: bmcs.port, user: 'admin' } } },
    callbacks: {
      report: {
        ...report,
        webhook: { url: `http://127.0.0.1:${ports.hook}/hook`, secretFile: 'hook-secret' },
      },
    },
  }))
  const receiver = await openReceiver(t, daemon.ports.hook)
  daemon.write('bmc-password', 'secret\n')
  daemon.write('templates/debian.preseed', 'd-i {{ host.name }}\n')
  for (const name of ['linux', 'initrd.gz']) daemon.write(`assets/images/debian/${name}`, name)
  await daemon.start()
  const wire = await openDhcpWire(t, daemon.ports)
  const machines = new Map(hosts.map(([name, { mac }]) => [name, makeMachine(daemon, wire, mac)]))
  const play = async (name: string) => {
    const machine = machines.get(name)
    await machine?.lease()
    if (ends(name) === 'silent') return
    await machine?.script()
    await machine?.phoneHome('ready')
    if (ends(name) === 'failed') return machine?.phoneHome('failed', { message: 'no mirror' })
    await machine?.phoneHome('done')
    return machine?.phoneHome('up')
  }
  boot.resolve(name => void play(name))
  const powers = () => hosts.map(([, desk]) => bmcs.machine(desk.power.address).power)
  return { daemon, receiver, names: hosts.map(([name]) => name), powers }
}

t.test('the lab of docs/reimaging.md, on a good morning', async t => {
  const { daemon, receiver, names, powers } = await startLab(t, () => 'up')
  t.equal(names.length, 5)
  const { code, stdout, stderr } = await runAsCron(daemon, line)
  t.match({ code, stderr }, { code: 0, stderr: '' })
  for (const name of names) {
    t.match(stdout, new RegExp(`^${name}: installed: `, 'm'))
    t.match((await show(daemon, name)).host, { state: 'installed', attempt: 1 })
  }
  await until('all of them off again', () => powers().every(power => power === 'Off'))
  await until('the reports', () => receiver.delivered('installed').length === names.length)
})

t.test('three failures, and nothing more is begun', async t => {
  const failing = ['desk1', 'desk2', 'desk3']
  const { daemon, receiver, powers } = await startLab(t, name =>
    failing.includes(name) ? 'failed' : 'silent',
  )
  const { code, stderr } = await runAsCron(daemon, line)
  t.equal(code, 1)
  t.match(stderr, '3 failed: cancelling the other 2\n')
  await until('the reports', () => receiver.delivered('failed').length === failing.length)
  for (const name of ['desk4', 'desk5']) t.equal((await show(daemon, name)).host.state, 'idle')
  t.strictSame(powers().slice(0, 3), ['On', 'On', 'On'], 'whoever failed stays on')
})
