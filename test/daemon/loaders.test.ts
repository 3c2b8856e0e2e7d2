import t, { type Test } from 'tap'
import { http, openDhcpWire, TftpError, tftpGet } from './client.ts'
import { startDaemon, until } from './daemon.ts'
import { ask, bringTo, makeMachine, show, timeline, untilTold } from './machine.ts'
import { debian, mac1, mac2, type Settings } from './settings.ts'

const uuid = '44454c4c-4200-104a-8051-b7c04f4d3632'
/** The same as it stands in the machine's memory. */
const swapped = '4c4c4544-0042-4a10-8051-b7c04f4d3632'

async function lan(t: Test, change: Settings = {}) {
  const daemon = await startDaemon(t, change)
  const wire = await openDhcpWire(t, daemon.ports)
  const [machine, other] = [mac1, mac2].map(mac => makeMachine(daemon, wire, mac))
  if (!machine || !other) throw new Error('unreachable')
  const tftp = async (name: string, from = machine.address()) => {
    const answer = tftpGet(daemon.ports.tftp, name, from)
    return answer.then(String, (error: unknown) => {
      if (error instanceof TftpError) return `ERROR ${error.message}`
      throw error
    })
  }
  return { daemon, machine, other, tftp }
}

const hexOf = (address: string) =>
  Buffer.from(address.split('.').map(Number)).toString('hex').toUpperCase()

t.test('all names of one boot are one attempt, in whatever language', async t => {
  const { daemon, machine, tftp } = await lan(t, {
    hosts: { node1: { mac: mac1, profile: 'debian', uuid } },
  })
  await bringTo('pending', daemon, 'node1', machine)
  await machine.lease()
  const names = [
    `pxelinux.cfg/${uuid}`,
    `pxelinux.cfg/${swapped.toUpperCase()}`,
    'pxelinux.cfg/01-52-54-00-00-00-01',
    `pxelinux.cfg/${hexOf(machine.address())}`,
    '/pxelinux.cfg//default',
    'debian-installer\\pxelinux.cfg\\default',
    // U-Boot, whose boot file is pxelinux.cfg/default: it looks for all beside it.
    'pxelinux.cfg/pxelinux.cfg/01-52-54-00-00-00-01',
  ]
  const configs = await Promise.all(names.map(name => tftp(name)))
  t.equal(new Set(configs).size, 1, 'the same bytes by every name')
  const [config = ''] = configs
  t.match(config, /^SAY node1 installs debian, attempt 1\n/)
  t.match(config, '\n  LINUX assets/images/kernel\n  INITRD assets/images/initrd\n')
  t.match(config, ' BOOTIF=01-52-54-00-00-00-01 ')
  t.match(config, '\nLABEL local\n')
  // U-Boot's default is the last of both.
  t.match(config, /\nONTIMEOUT local\nDEFAULT boot\n/)
  const image = await tftp('assets/images/kernel')
  t.notMatch(image, /^ERROR/)
  t.equal(await tftp('pxelinux.cfg/assets/images/kernel'), image)

  const script = await machine.script()
  t.match(config, `bootwright=${daemon.url}/phone-home/${machine.token()} `)
  const grub = await tftp('/grub/grub.cfg')
  t.match(grub, `'bootwright=${daemon.url}/phone-home/${machine.token()}'`)
  const from = machine.address()
  const autoexec = await tftp('autoexec.ipxe')
  t.equal(autoexec.replace(`isset \${netX/ip} || dhcp ||\n`, ''), script.text)
  for (const path of ['/autoexec.ipxe', '/loaders/autoexec.ipxe']) {
    t.match(await http(daemon.ports.http, path, { from }), { status: 200, text: autoexec })
  }
  t.equal((await http(daemon.ports.http, '/loaders/grub/grub.cfg', { from })).text, grub)
  // That of a medium goes on by HTTP.
  const byHttp = grub.replaceAll('(tftp,127.0.0.1)', `(http,${new URL(daemon.url).host})`)
  const ofMedium = `/media/grub.cfg-01-${mac1.replaceAll(':', '-')}`
  t.equal((await http(daemon.ports.http, ofMedium, { from })).text, byHttp)
  t.match((await show(daemon, 'node1')).host, { state: 'booting', attempt: 1 })

  await machine.lease()
  t.match(await tftp('pxelinux.cfg/default'), 'attempt 2', 'a DISCOVER begins a new boot')
})

t.test('a machine that speaks only TFTP is followed as one that speaks HTTP', async t => {
  const profiles = {
    debian: { ...debian, initrd: ['images/initrd', 'images/my own.img'] },
    rescue: { kernel: 'images/kernel', boot: 'once' },
  }
  const { daemon, machine, tftp } = await lan(t, { profiles })
  daemon.write('assets/images/my own.img', 'a second one')
  await bringTo('pending', daemon, 'node1', machine)
  await machine.lease()
  const config = await tftp('pxelinux.cfg/default')
  const [first = '', second = ''] = /INITRD (.*)/.exec(config)?.[1]?.split(',') ?? []
  t.equal((await tftp(first)).length, 700_000)
  t.equal(await tftp(second), 'a second one')
  await untilTold(daemon, 'node1', /^TFTP: initrd sent, 700 kB/)
  const [, answers = ''] = /url=http:\/\/[^/]*\/(\S+)/.exec(config) ?? []
  t.match(await tftp(answers), /^host=node1 attempt=1 to=/)
  t.equal(
    await tftp(answers, '127.0.0.1'),
    'ERROR answers of node1 was asked for by 127.0.0.1, which is not its own',
  )
  t.match(await tftp('files/nonsense/answers'), /^ERROR /)
  t.match((await timeline(daemon, 'node1')).join('\n'), 'answer file answers fetched')

  await ask(daemon, 'node1', { profile: 'rescue', replace: true })
  await machine.lease()
  await tftp('pxelinux.cfg/default')
  t.equal((await tftp('assets/images/kernel')).length, 300_000)
  await untilTold(daemon, 'node1', /booted once, as asked|-> installed/)
})

t.test('the config of a host is for its own address', async t => {
  const { daemon, machine, other, tftp } = await lan(t)
  await bringTo('pending', daemon, 'node1', machine)
  await machine.lease()
  await other.lease()
  const named = 'pxelinux.cfg/01-52-54-00-00-00-01'
  for (const from of [other.address(), '127.0.0.1']) {
    t.equal(
      await tftp(named, from),
      'ERROR node1 is due, and this address is not known to be its own',
    )
    const { status } = await http(daemon.ports.http, `/${named}`, { from })
    t.equal(status, 403)
  }
  t.match((await show(daemon, 'node1')).host, { state: 'pending', attempt: 0 })
  const told = (await timeline(daemon, 'node1')).join('\n')
  t.match(told, `PXELINUX config refused to ${other.address()}: ${other.address()} is `)
  t.match(await tftp('pxelinux.cfg/default', other.address()), /^SAY Disk: node2 is idle/)
  t.match(await tftp(`pxelinux.cfg/${hexOf(machine.address())}`, other.address()), /^ERROR/)
})

t.test('names that are nobody’s, and machines that are no hosts', async t => {
  const { daemon, machine, tftp } = await lan(t, { hosts: {}, profiles: {} })
  await machine.lease()
  for (const name of [
    `pxelinux.cfg/${uuid}`,
    `pxelinux.cfg/${hexOf(machine.address())}`,
    `pxelinux.cfg/${hexOf(machine.address()).slice(0, 7)}`,
    'grub/x86_64-efi/command.lst',
    'grub/grub.cfg-0A',
    'pxelinux.cfg/',
    'assets/images/nothing',
    'assets/@0123456789ab/kernel',
    'assets/..%2fconfig.yaml',
    'assets/%00',
    'assets/%',
    'files/a/b/c',
  ]) {
    t.match(await tftp(name), /^ERROR /, name)
  }
  const local = /^SAY Disk: not a host of the config/
  t.match(await tftp('pxelinux.cfg/01-52-54-00-00-00-01'), local)
  t.match(await tftp('pxelinux.cfg/default'), local)
  t.match(await tftp('pxelinux.cfg/default', '127.0.0.200'), /^ERROR/, 'whose MAC nobody knows')

  daemon.configure({ unknownHosts: 'ignore' })
  await daemon.reload()
  t.match(await tftp('pxelinux.cfg/default'), /^ERROR/)
  // GRUB 2.06 runs what comes with the error.
  t.match(await http(daemon.ports.http, '/grub/grub.cfg', { from: machine.address() }), {
    status: 404,
    text: /^echo '[^'\n]*'\n$/,
  })
})

t.test('a Raspberry Pi finds in its own folder what all have in common', async t => {
  const { daemon, machine, tftp } = await lan(t)
  await machine.lease()
  daemon.write('assets/loaders/rpi/start4.elf', 'of all')
  daemon.write('assets/loaders/rpi/config.txt', 'of all')
  daemon.write('assets/loaders/10000000/config.txt', 'of this one')
  t.equal(await tftp('10000000/start4.elf'), 'of all')
  t.equal(await tftp('10000000/config.txt'), 'of this one')
  t.equal(await tftp('dc-a6-32-00-00-01/start4.elf'), 'of all')
  t.equal(await tftp('10000000/../../../config.yaml'), 'ERROR a path that climbs with ".."')
  t.match(await tftp('other/start4.elf'), /^ERROR/)
})

t.test('firmware that comes back from a loader is told about', async t => {
  const { daemon, machine, tftp } = await lan(t)
  await bringTo('pending', daemon, 'node1', machine)
  /** Downloads end in a thread of their own; no firmware is as fast as this test. */
  const fetchLoader = async () => {
    const lines = async () =>
      (await timeline(daemon, 'node1')).filter(text => /^TFTP: undionly/.test(text)).length
    const before = await lines()
    await tftp('undionly.kpxe')
    await until('the end of the download', async () => (await lines()) > before)
  }
  await machine.lease()
  await fetchLoader()
  await machine.lease()
  await untilTold(
    daemon,
    'node1',
    /came back: it fetched undionly\.kpxe, and nothing was asked for/,
  )
  const before = (await timeline(daemon, 'node1')).filter(text => /came back/.test(text)).length
  await fetchLoader()
  await machine.script()
  await machine.lease()
  const after = (await timeline(daemon, 'node1')).filter(text => /came back/.test(text)).length
  t.equal(after, before, 'but not from one that ran')
})

t.test('the loader of a profile that is installed this once', async t => {
  const profiles = { debian, other: { ...debian, loader: 'other.0' } }
  const { daemon, machine } = await lan(t, { profiles })
  daemon.write('assets/loaders/other.0', 'another loader')
  await daemon.reload()
  await ask(daemon, 'node1')
  t.equal((await machine.lease()).file, 'undionly.kpxe')
  await ask(daemon, 'node1', { profile: 'other' })
  t.equal((await machine.lease()).file, 'other.0')
})
