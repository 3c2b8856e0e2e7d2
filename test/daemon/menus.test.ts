import t, { type Test } from 'tap'
import { http, openDhcpWire, TftpError, tftpGet } from './client.ts'
import { startDaemon } from './daemon.ts'
import { makeMachine, show, timeline } from './machine.ts'
import { debian, loopback, mac1, mac2, type Settings } from './settings.ts'

const rescue = { kernel: 'images/kernel', boot: 'once' }
const profiles = {
  debian,
  rescue,
  disc: { iso: 'images/initrd', boot: 'once' },
  secret: { ...debian, ask: 'never' },
  needy: { ...rescue, vars: { x: 'required' } },
}

async function lan(t: Test, change: Settings = {}) {
  const daemon = await startDaemon(t, {
    profiles,
    hosts: { node1: { mac: mac1, boot: 'menu' }, node2: { mac: mac2, profile: 'debian' } },
    ...change,
  })
  const wire = await openDhcpWire(t, daemon.ports)
  const [machine, other] = [mac1, mac2].map(mac => makeMachine(daemon, wire, mac))
  if (!machine || !other) throw new Error('unreachable')
  await machine.lease()
  await other.lease()
  const tftp = (name: string, from = machine.address()) =>
    tftpGet(daemon.ports.tftp, name, from).then(String, (error: unknown) => {
      if (error instanceof TftpError) return `ERROR ${error.message}`
      throw error
    })
  return { daemon, machine, other, tftp }
}

const urlOf = (menu: string, name: string) =>
  new RegExp(`(?:--replace |CONFIG |\\)/)(\\S*menu/[\\w-]+/${name}\\.\\w+)`).exec(menu)?.[1] ?? ''

t.test('a choice asks for the install, once, and boots it as attempt 1', async t => {
  const { daemon, machine } = await lan(t)
  t.equal((await machine.lease()).file, 'undionly.kpxe', 'it gets its loader')
  const { text } = await machine.script()
  const items = [...text.matchAll(/^item \w+ (.*)$/gm)].map(([, name]) => name)
  t.strictSame(items, ['its disk', 'debian', 'rescue', 'disc'])
  t.equal((await machine.script()).text, text, 'the same bytes in the same boot')
  t.match((await show(daemon, 'node1')).host, { state: 'idle' }, 'a look at it asks for nothing')

  const url = urlOf(text, 'debian')
  const installer = await machine.fetch(url)
  t.match(installer.text, 'echo node1 installs debian, attempt 1\n')
  t.equal((await machine.fetch(url)).text, installer.text, 'again in the same boot')
  t.match((await show(daemon, 'node1')).host, { state: 'booting', attempt: 1 })
  t.equal((await machine.script()).text, installer.text, 'the next script is the installer')
  t.match((await timeline(daemon, 'node1')).join('\n'), 'debian chosen at the machine (127.0.0.')

  await machine.phoneHome('done')
  await machine.phoneHome('up')
  t.match((await show(daemon, 'node1')).host, { state: 'installed' })
  await machine.lease()
  t.match((await machine.fetch(url)).status, 200)
  t.match((await show(daemon, 'node1')).host, { state: 'installed', attempt: 1 }, 'never twice')
  const again = await machine.script()
  t.match(again.text, '#!ipxe\nmenu What to boot on node1')
  t.not(urlOf(again.text, 'debian'), url, 'a new menu has a new token')
})

t.test('only the machine itself chooses, and only what it was shown', async t => {
  const { daemon, machine, other } = await lan(t)
  const { text } = await machine.script()
  const { pathname } = new URL(urlOf(text, 'debian'))
  const get = async (path: string, from: string, method = 'GET') =>
    (await http(daemon.ports.http, path, { from, method })).status
  const own = machine.address()
  t.equal(await get('/boot/52-54-00-00-00-01/boot.ipxe', other.address()), 403)
  t.equal(await get(pathname, other.address()), 404)
  t.equal(await get(pathname.replace('debian', 'secret'), own), 404)
  t.equal(await get(pathname.replace('debian', 'needy'), own), 404)
  t.equal(await get(pathname.replace(/menu\/[^/]+/, 'menu/guessed'), own), 404)
  t.equal(await get(pathname.replace('ipxe', 'nonsense'), own), 404)
  t.equal(await get(pathname, own, 'HEAD'), 404, 'a HEAD chooses nothing')
  t.match((await show(daemon, 'node1')).host, { state: 'idle', attempt: 0 })
  t.equal(await get(pathname, own), 200)
  t.equal(await get(pathname.replace('debian', 'rescue'), own), 404, 'one choice of a menu')
})

t.test('GRUB and PXELINUX choose over TFTP what they can boot', async t => {
  const { daemon, tftp } = await lan(t)
  const grub = await tftp('grub/grub.cfg')
  t.match(grub, "menuentry 'rescue' {")
  t.notMatch(grub, "'disc'")
  const config = await tftp('pxelinux.cfg/default')
  t.match(
    config,
    /^SAY What to boot on node1\? .*\nSAY 1\. debian\nSAY 2\. rescue\nDEFAULT local\n/,
  )
  t.match(await tftp(urlOf(config, 'nothing')), /^ERROR/)
  t.match(await tftp(urlOf(config, 'debian')), /^SAY node1 installs debian, attempt 1\n/)
  t.match((await show(daemon, 'node1')).host, { state: 'booting', attempt: 1 })
  t.match(await tftp('grub/grub.cfg'), /^echo 'node1 installs debian, attempt 1'\n/)
})

t.test('machines that are no hosts choose what is booted and never installed', async t => {
  const { machine } = await lan(t, {
    hosts: {},
    unknownHosts: { menu: ['rescue'] },
  })
  const { text } = await machine.script()
  t.match(text, `menu What to boot on ${mac1}\n`)
  const booted = await machine.fetch(urlOf(text, 'rescue'))
  t.match(booted.text, 'echo 52-54-00-00-00-01 boots rescue\n')
  t.equal((await machine.fetch(urlOf(text, 'rescue'))).text, booted.text)
  t.match((await machine.script()).text, '#!ipxe\nmenu ', 'the menu again at its next boot')
})

t.test(
  'trust: uuid: no door gives or does anything without the UUID of an earlier boot',
  async t => {
    const uuid = '4c4c4544-0042-3510-8051-b4c04f333231'
    const other = uuid.replace('4c4c', '5d5d')
    const { daemon, machine, tftp } = await lan(t, {
      networks: { lo: { ...loopback, trust: 'uuid' } },
      hosts: {
        node1: { mac: mac1, uuid, boot: 'menu', profile: 'debian' },
        node2: { mac: mac2, profile: 'debian' },
      },
    })
    const from = machine.address()
    const get = (path: string) => http(daemon.ports.http, path, { from })
    const mac = '52-54-00-00-00-01'
    const doors = [
      `/boot/${mac}/boot.ipxe`,
      `/boot/${mac}/kexec`,
      '/kexec',
      `/grub/grub.cfg-01-${mac}`,
    ]
    for (const door of [...doors, `/boot/${mac}/image.iso`]) {
      for (const said of ['', '?uuid=', `?uuid=${other}`]) {
        t.notMatch((await get(door + said)).text, /bootwright=|menu\/|kexec -/, door + said)
      }
    }
    t.notMatch(await tftp('grub/grub.cfg'), 'menu/')
    t.match((await show(daemon, 'node1')).host, { state: 'idle', attempt: 0 })

    const menu = await get(`/boot/${mac}/boot.ipxe?uuid=${uuid}`)
    const { pathname } = new URL(urlOf(menu.text, 'debian'))
    t.match(
      (await get(pathname)).text,
      'node1 installs debian, attempt 1',
      'what it chose in its menu',
    )
    t.match((await show(daemon, 'node1')).host, { state: 'booting', attempt: 1 })
    t.equal((await get(`/boot/${mac}/kexec`)).status, 403)
    const running = await get(`/boot/${mac}/kexec?uuid=${uuid}`)
    t.match([running.status, running.text], [200, /bootwright=/])
  },
)
