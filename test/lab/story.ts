import type { Test } from 'tap'
import { type Daemon, type EventRow, showWhenFailed } from './daemon.ts'
import type { Lab } from './lab.ts'
import type { Machine } from './machine.ts'

/** The actors of an install. */
export interface Cast {
  readonly lab: Lab
  readonly daemon: Daemon
  readonly machine: { powerOn(): Machine }
}

/**
 * The main job: asks for an install of `node1`, powers its machine on with an empty disk and follows it
 * until it is installed; then powers it on again and sees it boot its disk without another install.
 */
export async function installAndBootDisk(t: Test, cast: Cast): Promise<void> {
  showWhenFailed(t, cast.daemon, 'node1')
  await ask(t, cast)
  await t.test('installs a machine with an empty disk', test => installs(test, cast))
  await t.test('reports by webhook', test => reports(test, cast))
  await t.test('lets it boot its disk from then on', test => bootsDisk(test, cast))
}

async function ask(t: Test, { daemon }: Cast): Promise<void> {
  const asked = await daemon.cli(['install', 'node1', '--yes'])
  t.equal(asked.code, 0, 'the install is asked for', { stderr: asked.stderr })
  t.equal(await stateOf(daemon), 'pending')
}

async function installs(t: Test, { daemon, machine }: Cast): Promise<void> {
  const { serial, exited } = machine.powerOn()
  await serial.waitFor(/lab: installer is up/, 120)
  await serial.waitFor(/lab: answer file: answers for node1/, 30)
  await serial.waitFor(/lab: told ready/, 30)
  await serial.waitFor(/lab: told progress percent=\d+/, 60)
  await serial.waitFor(/lab: disk written/, 60)
  await serial.waitFor(/lab: told done/, 30)
  await exited
  const { body } = await daemon.api('/api/v1/hosts/node1')
  t.match(body.host, { state: 'installed', attempt: 1 })
}

async function reports(t: Test, { lab: { hook }, daemon }: Cast): Promise<void> {
  const { body } = await daemon.api('/api/v1/hosts/node1')
  for (const event of ['asked', 'ready', 'installed']) {
    const hooked = await hook.waitFor(event, 30)
    t.ok(hooked.signed, `"${event}" is signed`)
    t.match(JSON.parse(hooked.body), { host: 'node1', install: body.host.install })
  }
  const installed = await hook.waitFor('installed', 1)
  const key = `${body.host.install}/1/notify/installed`
  t.equal(installed.headers['idempotency-key'], key)
}

async function bootsDisk(t: Test, { lab, daemon, machine }: Cast): Promise<void> {
  const before = await kernelDownloads(daemon)
  const { serial, powerOff } = machine.powerOn()
  await serial.waitFor(/lab: BOOTED FROM DISK/, 180)
  await powerOff()
  const { body } = await daemon.api('/api/v1/hosts/node1')
  t.match(body.host, { state: 'installed', attempt: 1 }, 'nothing was installed again')
  t.equal(body.installs.length, 1, 'one install')
  t.equal(before, 1, 'the kernel was fetched once')
  t.equal(await kernelDownloads(daemon), 1, 'and not again')
  t.equal(lab.hook.received.filter(({ body }) => JSON.parse(body).event === 'installed').length, 1)
  t.notMatch(serial.text(), /lab: installer is up/)
}

async function stateOf(daemon: Daemon): Promise<string> {
  return (await daemon.api('/api/v1/hosts/node1')).body.host.state
}

async function kernelDownloads(daemon: Daemon): Promise<number> {
  const { body } = await daemon.api('/api/v1/events?host=node1&after=0')
  return body.events
    .filter((event: EventRow) => event.kind === 'asset' && event.data?.url?.endsWith('/linux'))
    .reduce((sum: number, { count }: EventRow) => sum + count, 0)
}
