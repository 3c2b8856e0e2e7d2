import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { labConfig, serverNetwork } from './config.ts'
import { type Daemon, showWhenFailed } from './daemon.ts'
import { createLab } from './lab.ts'
import { labObstacle } from './packages.ts'
import { ipmiOf, type PoweredMachine, powered, redfishOf } from './powered.ts'
import { waitUntil } from './wait.ts'

const obstacle = await labObstacle()
t.setTimeout(fileTimeout(12))

const macs = ['52:54:00:12:34:61', '52:54:00:12:34:62'] as const
const ports = { ipmi: 9623, redfish: 9443 }
const host = (way: string, post: string) =>
  `power: { by: ${way}, address: 127.0.0.1, after: off, post: ${post} }, verify: { up: 10m }, tags: [lab], vars: { do: install }`
/** `post` is that of the one with UEFI. */
const settings = (post: string) => ({
  network: serverNetwork,
  mac: macs[0],
  host: `${host('old', '10m')}, console: sol`,
  hosts: `  node2: { mac: "${macs[1]}", profile: lab, arch: x64-efi, ${host('modern', post)} }`,
  cmdline: 'lab.up=1 lab.end=reboot lab.do={{ host.vars.do }}',
  more: `consoles: { sol: { ipmi: { user: admin, passwordFile: bmc-password, port: ${ports.ipmi}, cipher: 3 } } }
power:
  old: { ipmi: { user: admin, passwordFile: bmc-password, port: ${ports.ipmi} } }
  modern: { redfish: { user: admin, passwordFile: bmc-password, port: ${ports.redfish} } }
installs: { powerUp: 1 }
`,
})

/** What cron runs each morning, without the program's name. */
function morningLine(): string[] {
  const page = readFileSync(new URL('../../docs/reimaging.md', import.meta.url), 'utf8')
  return (/^(?:\S+ ){5}bootwright (.*)$/m.exec(page)?.[1] ?? '').split(' ')
}

/** A folder with all programs of this computer but one. */
function withoutProgram(missing: string, folder: string): string {
  mkdirSync(folder)
  const files = new Map(
    ['/usr/sbin', '/usr/bin'].flatMap(from =>
      readdirSync(from).map(name => [name, join(from, name)]),
    ),
  )
  files.delete(missing)
  for (const [name, file] of files) symlinkSync(file, join(folder, name))
  return folder
}

const verdict = (daemon: Daemon, name: string, id: string) =>
  waitUntil(`the verdict ${id}`, 120, async () => {
    const { body } = await daemon.api(`/api/v1/hosts/${name}/doctor`)
    return body.verdicts.find((verdict: { id: string }) => verdict.id === id)
  })

t.test('machines that are off, behind BMCs', { skip: obstacle ?? false }, async t => {
  const lab = await createLab()
  t.teardown(() => lab.remove())
  const [one, two] = [
    powered(t, await lab.addMachine({ firmware: 'bios', mac: macs[0] })),
    powered(t, await lab.addMachine({ firmware: 'uefi', mac: macs[1] })),
  ]
  let obeys = true
  const { asked } = await ipmiOf(t, lab, ports.ipmi, one)
  const { changes } = await redfishOf(t, lab, ports.redfish, two, () => obeys)
  const first = await lab.startDaemon(labConfig(lab, settings('10m')))

  await t.test('the line of cron installs them, by IPMI and by Redfish', async t => {
    const { stdout, stderr, code } = await first.cli(morningLine())
    t.comment(stdout)
    t.equal(code, 0, stderr)
    const machines: readonly (readonly [string, PoweredMachine])[] = [
      ['node1', one],
      ['node2', two],
    ]
    for (const [name, machine] of machines) {
      const { body } = await first.api(`/api/v1/hosts/${name}`)
      t.match(body.host, { state: 'installed', attempt: 1 })
      t.match(machine.serial(), /lab: BOOTED FROM DISK/)
      await waitUntil('its end', 60, () => !machine.isOn() || undefined)
      t.strictSame(machine.boots, ['network', 'disk'], `${name} was switched on once`)
    }
    const heard = await first.cli(['console', 'node1', '--attempt', '1'])
    t.match(heard.stdout, /lab: installer is up/, 'its console was kept while nobody looked')
    t.match(stdout, /node1 +power +switched on to boot from its network, for attempt 1 \(old\)/)
    t.match(stdout, /node2 +power +switched on to boot from its network, for attempt 1 \(modern\)/)
    const deeds = asked.filter(words => /^set (boot pxe|power|shutdown)/.test(words))
    t.strictSame(deeds, ['set boot pxe', 'set power 1', 'set shutdown 1'])
    t.match(
      changes.map(change => change.replace(/ .*\//, ' ')),
      [/^PATCH 1 .*"Pxe".*"UEFI"/, /^POST .*"On"/, /^POST .*"GracefulShutdown"/],
    )
    const reports = lab.hook.received.filter(({ signed }) => signed)
    const of = (event: string) => reports.filter(({ body }) => JSON.parse(body).event === event)
    t.equal(of('installed').length, 2, 'a report of each')
    t.equal(await first.kill('SIGTERM'), 0)
  })

  await t.test('a panic, by FreeIPMI, and a BMC that says yes and boots the disk', async t => {
    obeys = false
    const before = changes.length
    const path = withoutProgram('ipmitool', join(lab.folder, 'programs'))
    const daemon = await lab.startDaemon(labConfig(lab, settings('12s')), ['env', `PATH=${path}`])
    showWhenFailed(t, daemon)
    t.teardown(() => {
      if (t.passing()) return
      for (const line of daemon.log) t.comment(JSON.stringify(line))
      t.comment(one.serial())
    })
    const ask = ['install', 'node1', 'node2', '--yes', '--var', 'do=panic']
    const { code, stderr } = await daemon.cli(ask)
    t.equal(code, 0, stderr)
    const { evidence } = await verdict(daemon, 'node1', 'kernel-panic')
    t.match(evidence, [/on its console: .*Kernel panic - not syncing: Attempted to kill init/])
    t.equal(one.boots.at(-1), 'network')

    const ignored = await verdict(daemon, 'node2', 'override-ignored')
    t.match(ignored, { title: 'It was started to boot from its network, and booted its disk' })
    const failed = await waitUntil('its failure', 120, async () => {
      const { body } = await daemon.api('/api/v1/hosts/node2')
      return body.host.state === 'failed' ? body.host : undefined
    })
    t.equal(failed.why, 'started, and no DHCP DISCOVER came from it within 12 s')
    const resets = changes.slice(before).filter(change => change.startsWith('POST'))
    t.match(resets, [/"On"/, /"ForceOff"/, /"On"/], 'once more by off and on')
    t.equal(await daemon.kill('SIGTERM'), 0)
  })
})
