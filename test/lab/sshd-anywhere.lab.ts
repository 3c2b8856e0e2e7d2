import { chmodSync, copyFileSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { fileTimeout } from '../patience.ts'
import { attempt, run } from './command.ts'
import { labObstacle } from './packages.ts'
import { addSshdMachine } from './sshd-machine.ts'
import { openSite, type Site } from './sshd-site.ts'
import { waitUntil } from './wait.ts'

const skip = (await labObstacle()) ?? false
t.setTimeout(fileTimeout(5))

const anywhere = (more = '', login = 'login: password') => `
profiles:
  p: { nixos: nixos, phoneHome: ssh, ${login}, deploy: anywhere, verify: { up: 30m } }
callbacks:
  anywhere:
    nixosAnywhere: { flake: "./flake#{{ host.name }}" ${more} }
`

/** A site with the stand-in, where disko writes a line to the disk; `switches` are the stand-in's. */
interface AnywhereSite extends Site {
  switch(line: string): void
  /** What was done to the disk, in order. */
  disk(): string[]
  /** How often the stand-in ran. */
  runs(): number
  /** Processes of the stand-in that live. */
  working(): Promise<string[]>
}

async function open(t: Test, config = anywhere()): Promise<AnywhereSite> {
  const site = await openSite(t, config, { path: 'bin' })
  const standIn = site.write('bin/nixos-anywhere', '')
  copyFileSync(new URL('anywhere/nixos-anywhere', import.meta.url), standIn)
  chmodSync(standIn, 0o755)
  site.write('bin/nix', '#!/bin/sh\n', 0o755)
  site.write('flake/node1/disko', `echo wiped >> ${site.node1.disk}\n`)
  site.write('flake/node1/system/kernel', 'a kernel')
  const lines = (file: string) =>
    existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []
  return {
    ...site,
    switch: line => {
      if (line === '') rmSync(join(site.folder, 'bin/switches'))
      else site.write('bin/switches', `${line}\n`)
    },
    disk: () => lines(site.node1.disk),
    runs: () => lines(join(site.folder, 'bin/runs')).length,
    working: async () => {
      const { stdout } = await attempt(['pgrep', '-af', standIn])
      return stdout.split('\n').filter(line => line !== '')
    },
  }
}

/** Nothing of the stand-in is left. */
async function gone(site: AnywhereSite): Promise<void> {
  await waitUntil('its end', 20, async () => (await site.working()).length === 0 || undefined)
}

/** The machine reboots, network first: it is sent to its disk, and nothing happens to it. */
async function rebootsInto(t: Test, site: AnywhereSite, reason: RegExp): Promise<void> {
  const disk = site.disk()
  const { text } = await site.node1.fetchScript()
  t.match(text, reason, 'a network boot gets its disk')
  t.notMatch(text, /^kernel /m)
  await site.node1.bootSystem('root=/dev/vda1')
  t.strictSame(site.disk(), disk, 'its disk is as it was')
}

t.test('its own reboot, and `up` of what it installed, while it still runs', { skip }, async t => {
  const site = await open(t)
  site.switch('wait=reboot')
  await site.ask()
  const given = await site.node1.fetchScript()
  await site.node1.bootInstaller(given)
  await site.told(/^reboot waits$/)
  t.equal(await site.state(), 'installing')
  await rebootsInto(t, site, /node1 is installing/)
  const url = /bootwright=(\S+)/.exec(given.cmdline)?.[1] ?? ''
  await site.network.run(['curl', '-sS', '--fail', '-d', 'event=up', url])
  t.equal(await site.state(), 'installing', 'the end of the program decides')
  site.switch('')
  await site.until('installed')
  await rebootsInto(t, site, /node1 is installed/)
  t.strictSame(site.disk(), ['wiped', 'installed'])
  t.equal(site.runs(), 1)
})

t.test('a step that hangs is ended by its clock, here and on the machine', { skip }, async t => {
  const site = await open(t, anywhere(', timeouts: { disko: 3s }'))
  const pid = join(site.folder, 'disko.pid')
  const hangs = `echo $$ > ${pid}; while :; do sleep 1; done`
  site.write('flake/node1/disko', `echo wiped >> ${site.node1.disk}; ${hangs}\n`)
  await site.boot()
  await site.until('failed')
  t.match(await site.why(), /Formatting hard drive with disko/)
  await gone(site)
  const disko = Number(readFileSync(pid, 'utf8'))
  await waitUntil('the end of disko', 20, () => !site.node1.runs(disko) || undefined)
  await rebootsInto(t, site, /node1 is failed/)
  t.strictSame(site.disk(), ['wiped'])
  t.equal(site.runs(), 1)
})

t.test('a failure in the middle', { skip }, async t => {
  const site = await open(t)
  site.switch('fail=install')
  await site.boot()
  await site.until('failed')
  t.match(await site.why(), /exit code 1.*install was asked to fail/)
  await rebootsInto(t, site, /node1 is failed/)
  t.equal(site.runs(), 1)
})

t.test('cancelled in the middle', { skip }, async t => {
  const site = await open(t)
  site.switch('hang=install')
  await site.boot()
  await site.told(/^install hangs$/)
  const { code, stderr } = await site.daemon.cli(['cancel', 'node1'])
  t.equal(code, 0)
  t.match(stderr, /it may already be erasing its disk/)
  await site.until('idle')
  await gone(site)
  await rebootsInto(t, site, /node1 is idle/)
  t.equal(site.runs(), 1)
})

t.test(
  'kill -9 in the middle, the machine rebooted meanwhile: failed, not wiped',
  { skip },
  async t => {
    const site = await open(t)
    site.switch('hang=install')
    await site.ask()
    const given = await site.node1.fetchScript()
    await site.node1.bootInstaller(given)
    await site.told(/^install hangs$/)
    // The same command line and password, in another boot.
    await site.node1.bootInstaller(given)
    await site.daemon.kill('SIGKILL')
    site.switch('')
    await site.daemon.start()
    await site.until('failed', 60)
    t.match(
      await site.why(),
      /restarted .* shows another host key than the installer of this attempt/,
    )
    t.strictSame(site.disk(), ['wiped'])
    t.equal(site.runs(), 1)
    await rebootsInto(t, site, /node1 is failed/)
  },
)

t.test('another machine has the address when it comes to connect', { skip }, async t => {
  const site = await open(t, anywhere(', timeouts: { connect: 5s }', 'identityFile: key'))
  const key = site.write('key', '')
  rmSync(key)
  await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key])
  const owner = readFileSync(`${key}.pub`, 'utf8').trim()
  site.switch('wait=build')
  await site.ask()
  const { cmdline } = await site.node1.fetchScript()
  await site.node1.bootSystem(cmdline, owner)
  await site.told(/^build waits$/)
  await site.node1.off()
  const thief = await addSshdMachine(site.network, site.node1.peer.address)
  const link = ['ip', 'link', 'set', 'eth0', 'down']
  await run(['ip', 'netns', 'exec', site.node1.peer.namespace, ...link])
  await site.network.run(['ip', 'neigh', 'flush', 'all'])
  await thief.bootSystem('root=/dev/sda1', owner)
  site.switch('')
  await site.until('failed', 60)
  t.match(await site.why(), /Uploading install SSH keys/)
  t.strictSame(site.disk(), [], 'the owner has the same key everywhere: untouched all the same')
})
