import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { printable } from '../../src/base/printable.ts'
import type { RedfishWay } from '../../src/boot/power.ts'
import { createPins } from '../../src/power/pins.ts'
import { badBmcs, endlessBmcs } from './bad-bmcs.ts'
import { machine, openDesk, said } from './desk.ts'
import { type Bmc, startBmc, type Ways } from './redfish-service.ts'

const node1 = machine('node1', { by: 'bmc', address: '127.0.0.1' })
const uefi = { mode: 'uefi', door: 'pxe' } as const

function wayOf({ port, folder }: Bmc, more: Partial<RedfishWay> = {}): RedfishWay {
  return {
    ...{ kind: 'redfish', name: 'bmc', user: 'admin', passwordFile: join(folder, 'password') },
    ...{ port, trust: { kind: 'pinned' } },
    ...more,
  }
}

async function open(t: Test, ways: Ways = {}, more: Partial<RedfishWay> = {}) {
  const bmc = await startBmc(t, ways)
  const pins = createPins(join(bmc.folder, 'pins'))
  const desk = (other: Partial<RedfishWay> = {}) =>
    openDesk(t, [wayOf(bmc, { ...more, ...other })], { pins }).desk
  return { bmc, desk: desk(), with: desk, pins }
}

const start = { again: false, firmware: uefi, isWanted: () => true }
const now = async () => true
const system = '/redfish/v1/Systems/1'

t.test('a BMC switches its machine, and its sessions are ended', async t => {
  const { bmc, desk } = await open(t)
  t.equal(said(await desk.run(node1, 'status')), 'off')
  t.equal(said(await desk.run(node1, 'on')), 'on')
  t.equal(said(await desk.run(node1, 'on')), 'on', 'it is so already')
  t.equal(said(await desk.run(node1, 'cycle')), 'on')
  t.equal(said(await desk.run(node1, 'off')), 'off')
  const resets = ['On', 'On', 'ForceRestart', 'ForceOff']
  t.strictSame(
    bmc.changes,
    resets.map(type => `POST ${system}/Actions/ComputerSystem.Reset {"ResetType":"${type}"}`),
  )
  t.equal(bmc.sessions(), 0)
})

t.test('a BMC that knows no reset switches it off and on', async t => {
  const { bmc, desk } = await open(t, { resets: ['On', 'ForceOff'] })
  bmc.machine.power = 'On'
  t.equal(said(await desk.run(node1, 'cycle')), 'on')
  t.match(bmc.changes, [/"ForceOff"/, /"On"/])
  t.match(await desk.start(node1, start, now), { ok: true, state: 'on' })
  t.match(bmc.changes.slice(2), [/^PATCH/, /"ForceOff"/, /"On"/])
})

const rows: readonly [string, Ways, string][] = [
  ['as the standard says', {}, system],
  ['without a mode, which is read-only (HPE)', { modeIsReadOnly: true }, system],
  ['at its settings (AMI)', { settings: true }, `${system}/SD`],
  ['at the place that an error names (AMI)', { elsewhere: true }, `${system}/SD`],
  ['with a mode that must be said twice (Supermicro)', { legacyFirst: true }, system],
  ['with a tag that changes meanwhile (Lenovo)', { tagChanges: 2 }, system],
  ['with weak tags', { weakTags: true }, system],
  ['without tags', { noTags: true }, system],
  ['when POST is over (HPE)', { notNow: 3 }, system],
  ['by a task', { tasks: 3 }, system],
  ['with Basic authentication', { noSessions: true }, system],
]
for (const [how, ways, path] of rows) {
  t.test(`next boot from the network, ${how}`, async t => {
    const { bmc, desk } = await open(t, ways)
    const started = { ok: true, state: 'on', switchedOn: true }
    t.strictSame(await desk.start(node1, start, now), started)
    t.strictSame(bmc.machine.boot, {
      BootSourceOverrideTarget: 'Pxe',
      BootSourceOverrideEnabled: 'Once',
      BootSourceOverrideMode: 'UEFI',
    })
    t.match(bmc.changes.at(-2), `PATCH ${path} {"Boot":{"BootSourceOverrideTarget":"Pxe"`)
    t.match(bmc.changes.at(-1), '"ResetType":"On"')
    t.equal(bmc.sessions(), 0)
  })
}

t.test('what was read just now is not read again for its tag', async t => {
  const { bmc, desk } = await open(t)
  await desk.start(node1, start, now)
  // The boot, what was kept of it, the power, the reset, and what became of it.
  t.equal(bmc.reads.filter(path => path === system).length, 5)
})

t.test('by HTTP and in BIOS mode, as the firmware does', async t => {
  const { bmc, desk } = await open(t)
  await desk.start(node1, { ...start, firmware: { mode: 'uefi', door: 'http' } }, now)
  t.match(bmc.machine.boot, {
    BootSourceOverrideTarget: 'UefiHttp',
    BootSourceOverrideMode: 'UEFI',
  })
  await desk.start(node1, { ...start, firmware: { mode: 'bios', door: 'pxe' } }, now)
  t.match(bmc.machine.boot, { BootSourceOverrideTarget: 'Pxe', BootSourceOverrideMode: 'Legacy' })
})

t.test('an override that is taken and not kept is told', async t => {
  const { desk } = await open(t, { forgets: true })
  const doubt = { code: 'netboot-not-kept', is: 'BootSourceOverrideEnabled Disabled' }
  t.match(await desk.start(node1, start, now), { ok: true, doubt })
})

t.test('a certificate is kept at first use, and another one is refused', async t => {
  const { bmc, desk, with: other } = await open(t)
  t.equal(said(await desk.run(node1, 'status')), 'off')
  bmc.renew()
  const before = bmc.changes.length
  t.match(said(await desk.run(node1, 'on')), /shows another certificate than before .*no password/)
  t.equal(bmc.changes.length, before)
  t.equal(said(await other({ trust: { kind: 'none' } }).run(node1, 'status')), 'off')
})

t.test('a CA, or whom it does not know', async t => {
  const { bmc, with: other } = await open(t)
  const ca = (name: string) => ({ trust: { kind: 'ca', file: join(bmc.folder, name) } }) as const
  t.equal(said(await other(ca('bmc.crt')).run(node1, 'status')), 'off')
  bmc.renew()
  t.match(said(await other(ca('bmc.crt')).run(node1, 'status')), /cannot be reached: .*certificate/)
  t.match(said(await other(ca('none.crt')).run(node1, 'status')), /none.crt cannot be used: ENOENT/)
})

t.test('a wrong password, several systems, a reset it does not know', async t => {
  const { bmc, with: other } = await open(t, { systems: ['1', '2'], resets: ['ForceOff'] })
  const wrong = other({ passwordFile: join(bmc.folder, 'wrong') })
  t.match(said(await wrong.run(node1, 'status')), /refuses the user admin or the password$/)
  t.match(said(await other().run(node1, 'status')), /refuses the system: it has 1, 2: name one/)
  const named = machine('node1', { by: 'bmc', address: '127.0.0.1', system: '1' })
  t.equal(said(await other().run(named, 'status')), 'off')
  t.match(said(await other().run(named, 'on')), /refuses On: it knows only ForceOff$/)
  t.equal(bmc.sessions(), 0)
})

for (const { what, answer, sentence } of badBmcs) {
  t.test(`a BMC that ${what}`, async t => {
    const { desk } = await open(t, { answer })
    const outcome = said(await desk.run(node1, 'status'))
    t.match(outcome, sentence)
    t.equal(printable(outcome), outcome, 'nothing in it moves a terminal')
  })
}

for (const { what, answer, sentence } of endlessBmcs) {
  t.test(`a BMC that ${what} is given up`, async t => {
    const bmc = await startBmc(t, { answer })
    const { desk } = openDesk(t, [wayOf(bmc)], { signal: AbortSignal.timeout(300) })
    t.match(said(await desk.run(node1, 'status')), sentence)
  })
}

const script = `
import sys, sushy
root = sushy.Sushy(sys.argv[1], username='admin', password='secret', verify=False)
system = root.get_system('/redfish/v1/Systems/1')
print(system.power_state.value)
system.set_system_boot_options(sushy.BOOT_SOURCE_TARGET_PXE, enabled=sushy.BOOT_SOURCE_ENABLED_ONCE)
system.refresh()
print(system.boot.target.value, system.boot.enabled.value)
system.reset_system(sushy.RESET_ON)
system.refresh(force=True)
print(system.power_state.value)
`
const python = '/usr/bin/python3'
const sushy = '/usr/lib/python3/dist-packages/sushy'
const skip = !(existsSync(python) && existsSync(sushy)) && 'needs the package python3-sushy'

t.test('the service beside this test is one for sushy, too', { skip }, async t => {
  const bmc = await startBmc(t)
  const args = ['-W', 'ignore', '-c', script, `https://127.0.0.1:${bmc.port}`]
  // REQUESTS_CA_BUNDLE would stand above `verify=False`.
  const { stdout } = await promisify(execFile)(python, args, { env: {} })
  t.match(stdout, /^Off\nPxe Once\nOn$/m)
})
