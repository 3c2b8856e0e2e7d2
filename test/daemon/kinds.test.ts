import t, { type Test } from 'tap'
import { bootDiscover } from '../../src/explain/boot-discover.ts'
import type { Mac } from '../../src/wire/address.ts'
import { http, openDhcpWire, tftpGet } from './client.ts'
import { startDaemon } from './daemon.ts'
import { ask, makeMachine, show, timeline, untilTold } from './machine.ts'
import { debian, mac1, type Settings } from './settings.ts'

async function lan(t: Test, profile: Settings) {
  const daemon = await startDaemon(t, {
    profiles: { debian, p: profile },
    hosts: { node1: { mac: mac1, profile: 'p' } },
  })
  const wire = await openDhcpWire(t, daemon.ports)
  const machine = makeMachine(daemon, wire, mac1)
  daemon.write('assets/images/boot.wim', 'a wim')
  await ask(daemon, 'node1')
  await machine.lease()
  return { daemon, wire, machine }
}

const file = (name: string) => `/assets/images/${name}`

t.test('a UEFI program is told the command line, and phones home', async t => {
  const { daemon, machine } = await lan(t, { efi: 'images/kernel', cmdline: 'quiet' })
  const { text } = await machine.script()
  t.match(
    text,
    `kernel --name program ${daemon.url}${file('kernel')} bootwright=${daemon.url}/phone-home/${machine.token()} BOOTIF=01-52-54-00-00-00-01 quiet ||`,
  )
  t.equal((await machine.phoneHome('done')).status, 204)
  t.match((await show(daemon, 'node1')).host, { state: 'installed' })
})

t.test('a program that is no installer and has no command line is told nothing', async t => {
  const { daemon, machine } = await lan(t, { efi: 'images/kernel', boot: 'once' })
  const { text } = await machine.script()
  t.match(text, `kernel --name program ${daemon.url}${file('kernel')} || goto later`)
  await machine.fetch(`${daemon.url}${file('kernel')}`)
  await untilTold(daemon, 'node1', /booted once, as asked|-> installed/)
})

t.test('wimboot gets its files and the answer files by their names', async t => {
  const { daemon, machine } = await lan(t, {
    wim: { wimboot: 'images/kernel', files: ['images/boot.wim'] },
    cmdline: 'gui',
    files: { 'startnet.cmd': 'answers.txt' },
  })
  const { text } = await machine.script()
  t.match(text, `kernel --name wimboot ${daemon.url}${file('kernel')} gui ||`)
  t.match(text, `initrd --name boot.wim ${daemon.url}${file('boot.wim')} boot.wim ||`)
  const url = /initrd --name startnet\.cmd (\S+) startnet\.cmd /.exec(text)?.[1] ?? ''
  t.match((await machine.fetch(url)).text, /^host=node1 attempt=1 to=http/)
})

t.test('a loader that cannot boot it gets the disk, and no attempt is opened', async t => {
  const { daemon, machine } = await lan(t, { iso: 'images/kernel', boot: 'once' })
  const from = machine.address()
  const config = String(await tftpGet(daemon.ports.tftp, 'pxelinux.cfg/default', from))
  t.match(config, /^SAY Disk: PXELINUX cannot boot a profile with iso:\n/)
  t.match((await http(daemon.ports.http, '/kexec', { from })).text, 'kexec cannot boot')
  t.match((await show(daemon, 'node1')).host, { state: 'pending', attempt: 0 })
  t.match((await timeline(daemon, 'node1')).join('\n'), 'PXELINUX cannot boot a profile with iso:')
})

t.test('a disc that is read piece by piece was booted', async t => {
  const { daemon, machine } = await lan(t, { iso: 'images/kernel', boot: 'once' })
  t.match((await machine.script()).text, `sanboot --no-describe ${daemon.url}${file('kernel')} ||`)
  t.match((await show(daemon, 'node1')).host, { state: 'booting' })
  const from = machine.address()
  const headers = { range: 'bytes=32768-34815' }
  const piece = await http(daemon.ports.http, file('kernel'), { from, headers })
  t.match([piece.status, piece.text.length], [206, 2048])
  await untilTold(daemon, 'node1', /booted once, as asked|-> installed/)
})

t.test('UEFI HTTP Boot fetches the disc itself: one attempt, and not by a HEAD', async t => {
  const { daemon, wire, machine } = await lan(t, { iso: 'images/kernel', boot: 'once' })
  const discover = bootDiscover({
    mac: mac1 as Mac,
    stage: 'http-firmware',
    arch: 'x64-efi',
    type: 16,
  })
  const offer = await wire.ask(discover)
  const path = '/boot/52-54-00-00-00-01/image.iso'
  t.equal(offer.file, `${daemon.url}${path}`)

  const from = machine.address()
  const other = await http(daemon.ports.http, path, { from: '127.0.0.200' })
  t.equal(other.status, 403)
  t.equal((await http(daemon.ports.http, path, { from, method: 'HEAD' })).status, 200)
  t.match((await show(daemon, 'node1')).host, { state: 'pending', attempt: 0 })
  const got = await http(daemon.ports.http, path, { from })
  t.match([got.status, got.text.length], [200, 300_000])
  t.match((await show(daemon, 'node1')).host, { state: 'installed', attempt: 1 })
  t.equal((await http(daemon.ports.http, path, { from })).status, 404, 'its disk from then on')
  const script = await machine.script()
  t.match(script.text, 'echo Disk: node1 is installed')
})
