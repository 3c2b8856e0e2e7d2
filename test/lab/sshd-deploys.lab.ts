import { existsSync, readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { fileTimeout } from '../patience.ts'
import { labObstacle } from './packages.ts'
import { isUntouched, type SshdMachine } from './sshd-machine.ts'
import { openSite, type Site } from './sshd-site.ts'
import { waitUntil } from './wait.ts'

const skip = (await labObstacle()) ?? false
t.setTimeout(fileTimeout(5))

const config = (more = '', callback = '') => `
profiles:
  p: { nixos: nixos, phoneHome: ssh, deploy: by-hand ${more} }
callbacks:
  by-hand: { ssh: { script: ./install.sh, env: { DISK: "{{ host.vars.disk }}" } ${callback} } }
`
/** Notes each of its runs on the disk, by its process id, and goes on for ever. */
const hanging = '#!/bin/sh\necho $$ >> "$DISK"\necho "it works"\nwhile :; do sleep 1; done\n'
const failing = '#!/bin/sh\necho $$ >> "$DISK"\necho "no such disk" >&2\nexit 3\n'
const good = '#!/bin/sh\necho $$ >> "$DISK"\n'

async function open(t: Test, script: string, text = config()): Promise<Site> {
  const site = await openSite(t, text)
  site.write('install.sh', script)
  return site
}
/** The runs of the script on a machine. */
const runs = ({ disk }: SshdMachine): number[] =>
  existsSync(disk) ? readFileSync(disk, 'utf8').trim().split('\n').map(Number) : []
/** The first of them still runs. */
const firstLives = (machine: SshdMachine) => machine.runs(runs(machine)[0] ?? 0)
const untilGone = (machine: SshdMachine) =>
  waitUntil('the end of the script', 20, () => !firstLives(machine) || undefined)

t.test('a script that fails in the middle', { skip }, async t => {
  const site = await open(t, failing)
  await site.boot()
  await site.until('failed')
  t.equal(await site.why(), 'deploy failed: exit code 3; no such disk')
  t.match(await site.timeline('output'), ['no such disk'])
  await site.daemon.kill('SIGKILL')
  await site.daemon.start()
  t.equal(await site.state(), 'failed')
  t.equal(runs(site.node1).length, 1, 'once')
})

t.test('a script that hangs is ended, here and on the machine', { skip }, async t => {
  const site = await open(t, hanging, config('', ', timeout: 4s'))
  await site.boot()
  await site.until('failed')
  t.match(await site.why(), 'deploy failed: it ran longer than 4 s')
  await untilGone(site.node1)
  t.equal(runs(site.node1).length, 1)
})

t.test('a script that never stops talking is held to a rate', { skip }, async t => {
  const site = await open(t, '#!/bin/sh\necho $$ >> "$DISK"\nexec seq 1 400000000\n')
  await site.boot()
  await site.told(/^\d+ lines left out: too many at once$/)
  const lines = (await site.timeline('output')).filter(text => /^\d+$/.test(text))
  t.ok(lines.length > 100 && lines.length < 5000, `${lines.length} lines are kept`)
  await site.daemon.cli(['cancel', 'node1'])
  await untilGone(site.node1)
  t.equal(await site.state(), 'idle')
})

t.test('a cancel ends it, here and on the machine', { skip }, async t => {
  const site = await open(t, hanging)
  await site.boot()
  await site.told(/^it works$/)
  t.ok(firstLives(site.node1))
  const { stderr } = await site.daemon.cli(['cancel', 'node1'])
  t.match(stderr, 'may already be erasing its disk')
  await untilGone(site.node1)
  t.equal(await site.state(), 'idle')
  await site.told(/ended: the install has ended/)
  t.equal(existsSync(`${site.logins}/${await installOf(site)}`), false, 'its secrets are gone')
})

for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
  t.test(`${signal} in the middle, the installer is still up: it goes on`, { skip }, async t => {
    const site = await open(t, hanging)
    await site.boot()
    await site.told(/^it works$/)
    t.ok(firstLives(site.node1))
    await site.daemon.kill(signal)
    site.write('install.sh', good)
    await site.daemon.start()
    await site.until('installed', 60)
    t.equal(runs(site.node1).length, 2, 'started again')
    t.notOk(firstLives(site.node1), 'what the first run left was ended before')
    t.match(
      (await site.timeline('callback')).join('\n'),
      'goes on if the same boot still proves itself',
    )
  })
}

t.test(
  'kill -9 in the middle, the machine has rebooted: failed, and untouched',
  { skip },
  async t => {
    const site = await open(t, hanging)
    await site.ask()
    const script = await site.node1.fetchScript()
    await site.node1.bootInstaller(script)
    await site.told(/^it works$/)
    await site.daemon.kill('SIGKILL')
    // The very same command line and password, in another boot.
    await site.node1.bootInstaller(script)
    await site.daemon.start()
    await site.until('failed', 60)
    t.match(
      await site.why(),
      'deploy failed: the daemon was restarted while deploy ran, and 10.77.0.20',
    )
    t.equal(runs(site.node1).length, 1)
  },
)

t.test(
  'one place: the others wait, are told their turn, and must still be who they were',
  { skip },
  async t => {
    const site = await open(t, hanging, `${config()}installs: { parallel: 1 }\n`)
    await site.boot(site.node2)
    await waitUntil('the first run', 40, () => runs(site.node2).length > 0 || undefined)
    await site.ask()
    const script = await site.node1.fetchScript()
    await site.node1.bootInstaller(script)
    await site.until('installing')
    t.equal(await site.why(), 'waiting for a free place, 1st')
    t.match((await site.daemon.cli(['hosts'])).stdout, /node1 .*waiting for a free place, 1st/)
    t.match((await site.daemon.cli(['show', 'node1'])).stdout, /LAB DISK/)
    t.ok(isUntouched(site.node1))
    // It reboots while it waits, into the very same installer.
    await site.node1.bootInstaller(script)
    await site.daemon.cli(['cancel', 'node2'])
    await site.until('failed', 60)
    t.match(await site.why(), /^deploy failed: 10\.77\.0\.20 /)
    t.ok(isUntouched(site.node1))
  },
)

t.test('a host that waits can be cancelled, and its clock does not run', { skip }, async t => {
  const site = await open(t, hanging, `${config(', timeout: 30s')}installs: { parallel: 1 }\n`)
  await site.boot(site.node2)
  await waitUntil('the first run', 40, () => runs(site.node2).length > 0 || undefined)
  await site.boot()
  await site.until('installing')
  await site.until('failed', 50, 'node2')
  await waitUntil('its turn', 40, () => runs(site.node1).length > 0 || undefined)
  t.equal(await site.state(), 'installing', 'its 30 s begin now')
  await site.daemon.cli(['cancel', 'node1'])
  await untilGone(site.node1)
})

async function installOf(site: Site): Promise<string> {
  return (await site.daemon.api('/api/v1/hosts/node1')).body.installs[0].id
}
