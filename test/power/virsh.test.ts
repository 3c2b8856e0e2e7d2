import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { CommandWay } from '../../src/boot/power.ts'
import { machine, openDesk, said } from './desk.ts'

const programs = { libvirtd: '/usr/sbin/libvirtd', virsh: '/usr/bin/virsh' }
const skip =
  !Object.values(programs).every(file => existsSync(file)) &&
  'needs the packages libvirt-clients and libvirt-daemon'

const domain = `<domain type='test'><name>node1</name><memory unit='MiB'>8</memory><os><type>hvm</type></os></domain>
`

/**
 * libvirt with a machine `node1` that is off, of its driver `test`: it has states and runs nothing. Returns
 * where it is.
 */
async function startLibvirt(t: Test): Promise<string> {
  // The path of a socket is short.
  const folder = mkdtempSync(join(tmpdir(), 'virt-'))
  const settings = [`unix_sock_dir = "${folder}"`, 'auth_unix_rw = "none"', '']
  writeFileSync(join(folder, 'libvirtd.conf'), settings.join('\n'))
  writeFileSync(join(folder, 'node1.xml'), domain)
  // Without the drivers that would look at this computer.
  const env = { ...process.env, LIBVIRT_DRIVER_DIR: folder, XDG_RUNTIME_DIR: folder, HOME: folder }
  const files = ['-f', join(folder, 'libvirtd.conf'), '-p', join(folder, 'pid')]
  const libvirtd = spawn(programs.libvirtd, files, { env, stdio: 'ignore' })
  const uri = `test+unix:///default?socket=${folder}/libvirt-sock`
  // What was done is forgotten with the last connection.
  const held = spawn('sh', ['-c', holding, programs.virsh, uri])
  held.stdin.write(`define ${folder}/node1.xml\n`)
  t.teardown(() => {
    held.kill('SIGKILL')
    libvirtd.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  })
  // It is heard on: its end would be that of the machine.
  await new Promise<void>(resolve =>
    held.stdout.on('data', piece => /defined from/.test(String(piece)) && resolve()),
  )
  return uri
}

const holding = `until "$0" -c "$1" version; do sleep 0.1; done < /dev/null > /dev/null 2>&1
exec "$0" -c "$1"`

function wayOf(uri: string): CommandWay {
  const virsh = (verb: string) => ['virsh', '-c', uri, verb, '{{ host.name }}']
  return {
    ...{ kind: 'command', name: 'vm', cwd: '/', timeout: 30, pause: 0 },
    ...{ on: virsh('start'), off: virsh('destroy'), cycle: virsh('reset') },
    status: virsh('domstate'),
  }
}

t.test('machines of libvirt, by virsh as docs/power.md has it', { skip }, async t => {
  const uri = await startLibvirt(t)
  const { desk } = openDesk(t, [wayOf(uri)])
  const node1 = machine('node1', { by: 'vm' })
  t.equal(said(await desk.run(node1, 'status')), 'off')
  for (const [verb, is] of [
    ['off', 'off'],
    ['on', 'on'],
    ['on', 'on'],
    ['cycle', 'on'],
    ['off', 'off'],
    ['cycle', 'on'],
  ] as const) {
    t.equal(said(await desk.run(node1, verb)), is, verb)
    t.equal(said(await desk.run(node1, 'status')), is)
  }
  const plan = { again: true, isWanted: () => true }
  t.match(await desk.start(node1, plan, async () => true), { ok: true, state: 'on' })
  const gone = machine('node9', { by: 'vm' })
  t.equal(said(await desk.run(gone, 'on')), "virsh: error: failed to get domain 'node9'")
  const nowhere = openDesk(t, [wayOf('test+unix:///default?socket=/nowhere')]).desk
  t.match(said(await nowhere.run(node1, 'status')), /^virsh: error: Failed to connect socket/)
})
