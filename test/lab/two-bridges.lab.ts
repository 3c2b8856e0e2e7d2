import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { type Daemon, showWhenFailed, startDaemon } from './daemon.ts'
import { makeEmptyDisk } from './disk.ts'
import { createLab, type Lab } from './lab.ts'
import { powerOn } from './machine.ts'
import { labObstacle } from './packages.ts'

const skip = (await labObstacle()) ?? false
t.setTimeout(fileTimeout(6))

const withSockets = fileURLToPath(new URL('../../systemd/with-sockets', import.meta.url))
const machines = [
  { name: 'node1', mac: '52:54:00:12:34:71', bridge: 'br0', prefix: '10.77.0' },
  { name: 'node2', mac: '52:54:00:12:34:72', bridge: 'br1', prefix: '10.88.0' },
] as const

const config = `
dataDir: ./data
assets: ./assets
admin: { tokenFile: ./token, allow: [127.0.0.0/8] }
networks:
  one: { interface: br0, mode: server, range: 10.77.0.50-10.77.0.99 }
  two: { interface: br1, mode: server, range: 10.88.0.50-10.88.0.99 }
profiles:
  lab:
    kernel: images/lab/linux
    initrd: [images/lab/initrd.gz]
    cmdline: console=ttyS0 quiet no_timer_check lab.do=ready-only lab.end=poweroff
hosts:
${machines.map(({ name, mac }) => `  ${name}: { mac: "${mac}", profile: lab }`).join('\n')}
`

async function addBridge({ network }: Lab): Promise<void> {
  await network.run(['ip', 'link', 'add', 'br1', 'type', 'bridge', 'forward_delay', '0'])
  await network.run(['ip', 'address', 'add', '10.88.0.1/24', 'dev', 'br1'])
  await network.run(['ip', 'link', 'set', 'br1', 'up'])
}

async function start(lab: Lab, launcher: readonly string[]): Promise<Daemon> {
  const file = join(lab.folder, 'config.yaml')
  writeFileSync(file, config)
  const tokenFile = join(lab.folder, 'token')
  const token = readFileSync(tokenFile, 'utf8').trim()
  return startDaemon(lab.network, { config: file, tokenFile, token, launcher })
}

t.test('two networks, one daemon, sockets handed over', { skip }, async t => {
  const lab = await createLab()
  t.teardown(() => lab.remove())
  await addBridge(lab)
  await t.rejects(start(lab, []), /needs a socket for each interface.*socket-units.*with-sockets/)

  const daemon = await start(lab, [withSockets, 'br0', 'br1', '--'])
  const asked = await daemon.cli(['install', 'node1', 'node2', '--yes'])
  t.equal(asked.code, 0, asked.stderr)
  for (const { name, mac, bridge, prefix } of machines) {
    await t.test(`${name} on ${bridge}`, async t => {
      showWhenFailed(t, daemon, name)
      const tap = await lab.network.addTap()
      await lab.network.run(['ip', 'link', 'set', tap, 'master', bridge])
      const disk = join(lab.folder, `${name}.raw`)
      makeEmptyDisk(disk)
      const { serial, exited } = powerOn(lab.network, { firmware: 'bios', mac, disk, tap })
      await serial.waitFor(new RegExp(`lab: eth0 has ${prefix}\\.\\d+/24`), 150)
      await serial.waitFor(/lab: told ready/, 30)
      await exited
      t.match(serial.text(), `http://${prefix}.1:8080/`, 'a URL of its own network')
      const { body } = await daemon.api(`/api/v1/hosts/${name}`)
      t.match(body.host, { state: 'installing', attempt: 1 })
    })
  }
  const { leases } = (await daemon.api('/api/v1/leases')).body
  t.match(leases, [{ network: 'one' }, { network: 'two' }])
  t.equal(leases.length, 2)
  t.equal(await daemon.kill('SIGTERM'), 0, 'the daemon ends cleanly')
})
