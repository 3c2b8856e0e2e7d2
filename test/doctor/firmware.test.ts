import t from 'tap'
import { ipv4ToBytes } from '../../src/wire/address.ts'
import { option } from '../../src/wire/dhcp-codes.ts'
import { ip } from '../dhcp/examples.ts'
import { own } from '../http/daemon.ts'
import { bios, startStory } from './story.ts'

t.test('nothing is wrong with a host that is idle, and with one that boots', async t => {
  const story = await startStory(t)
  t.strictSame(story.verdicts(), [])
  story.install()
  await story.lease('ipxe-rom-bios', '127.0.0.9')
  await story.tftp('undionly.kpxe')
  await story.lease('undionly', '127.0.0.9')
  await story.ask('/boot/52-54-00-12-34-56/boot.ipxe')
  t.strictSame(story.verdicts(10), [])
})

t.test('another DHCP server', async t => {
  t.test('gives the address and a boot file, beside our proxy', async t => {
    const story = await startStory(t)
    story.rivals.push({
      server: ip('127.0.0.9'),
      gives: 'addresses',
      nextServer: ip('127.0.0.9'),
      bootFile: 'pxelinux.0',
    })
    story.install()
    await story.lease('ipxe-rom-bios', '127.0.0.9')
    const [rival] = story.verdicts()
    t.match(rival, {
      id: 'rival',
      title: 'The DHCP server 127.0.0.9 answered this machine too, and it took that answer',
      advice: /next-server and the boot file out of the config of 127.0.0.9/,
    })
    t.match(rival?.evidence[0], /s ago: takes its address from .* offers the boot file pxelinux.0/)
    await story.ask('/boot/52-54-00-12-34-56/boot.ipxe')
    t.notOk(story.ids().includes('rival'), 'our script came through nevertheless')
  })

  t.test('is chosen where we are the server', async t => {
    const story = await startStory(t, { mode: 'server' })
    story.install()
    await story.lease('ipxe-rom-bios', '127.0.0.9')
    t.match(story.verdicts()[0], { id: 'rival', advice: /^Stop 127.0.0.9, or .*mode: proxy/ })
    await story.lease('ipxe-rom-bios')
    await story.tftp('undionly.kpxe')
    t.strictSame(story.ids(), [], 'the next time it took ours')
  })

  t.test('keeps us from giving addresses', async t => {
    const story = await startStory(t, { mode: 'server' })
    const servers = { servers: ['127.0.0.9'], others: [] }
    story.held.push({ code: 'other-servers', network: 'lan', as: 'held', ...servers })
    await story.send(story.packet('ipxe-rom-bios-discover'))
    t.match(story.verdicts()[0], { id: 'rival', title: /so Bootwright gives no addresses/ })
    story.held.pop()
    await story.send(story.packet('ipxe-rom-bios-discover'))
    t.strictSame(story.ids(), [], 'it is gone')
  })
})

t.test('offered, and never asked again', async t => {
  t.test('where we are the DHCP server: STP', async t => {
    const story = await startStory(t, { mode: 'server' })
    story.install()
    await story.send(story.packet('ipxe-rom-bios-discover'))
    await story.send(story.packet('ipxe-rom-bios-discover'))
    t.strictSame(story.ids(5), [], 'it may still be choosing')
    const [verdict] = story.verdicts(30)
    t.match(verdict, { id: 'not-asked-again', title: /address and a boot, and never asked again/ })
    t.match(verdict?.evidence[0], 'it asked 2 times and was offered a boot each time')
    t.match(verdict?.advice, /STP/)
    await story.lease('ipxe-rom-bios')
    t.notOk(story.ids(30).includes('not-asked-again'))
  })

  t.test('beside no DHCP server at all', async t => {
    const story = await startStory(t)
    story.install()
    await story.send(story.packet('ovmf-x64-discover'))
    t.match(story.verdicts(30)[0], { id: 'not-asked-again', title: /no DHCP server gave it an/ })
  })

  t.test('an idle host that is sent to its disk is meant to go away', async t => {
    const story = await startStory(t, { mode: 'server' })
    await story.send(story.packet('ovmf-x64-discover'))
    t.strictSame(story.ids(30), [])
  })
})

t.test('no loader for its arch', async t => {
  const story = await startStory(t, { mode: 'server' })
  story.install()
  await story.send(story.packet('ovmf-x64-discover', { options: { 93: Uint8Array.of(0, 27) } }))
  t.match(story.verdicts()[0], { id: 'no-loader', title: /no loader for riscv64-efi/ })
  await story.send(story.packet('ipxe-rom-bios-discover'))
  t.strictSame(story.ids(), [])
})

t.test('a loader that its firmware cannot run', async t => {
  const more = '  odd: { mac: "52:54:00:99:00:01" }\n'
  const story = await startStory(t, { more })
  const host = story.wired.world.config().hosts.get('node1')
  story.install()
  Object.assign(host as object, { loader: 'undionly.kpxe' })
  await story.send(story.packet('ovmf-x64-discover'))
  t.match(story.verdicts()[0], {
    id: 'wrong-loader',
    title: 'undionly.kpxe cannot run on this machine: its firmware is x64-efi',
  })
  Object.assign(host as object, { loader: 'ipxe.efi' })
  await story.send(story.packet('ovmf-x64-discover', { options: bios }))
  t.match(story.verdicts()[0], { id: 'wrong-loader', title: /^ipxe.efi cannot.* bios$/ })
})

t.test('it knows what to load, and never comes for it', async t => {
  t.test('beside a DHCP server: port 4011 or 69 is blocked', async t => {
    const story = await startStory(t)
    story.install()
    await story.lease('ovmf-x64', '127.0.0.9')
    t.strictSame(story.ids(5), [], 'it may be on its way')
    t.match(story.verdicts(30)[0], { id: 'not-fetched', advice: /UDP port 4011 or 69.*uefi: binl/ })
    const options = { [option.requestedAddress]: ipv4ToBytes(ip(own)) }
    await story.send(story.packet('ovmf-x64-request-4011', { options }), 'proxy')
    t.match(story.verdicts(30)[0], { id: 'not-fetched' }, 'it came to port 4011, and not to 69')
    await story.tftp('ipxe.efi')
    t.notOk(story.ids(5).includes('not-fetched'))
  })

  t.test('where we are the DHCP server: TFTP is blocked', async t => {
    const story = await startStory(t, { mode: 'server' })
    story.install()
    await story.lease('ovmf-x64')
    t.match(story.verdicts(30)[0], { id: 'not-fetched', advice: /drops UDP port 69: [^`]*$/ })
  })

  t.test('iPXE does not reach our HTTP port', async t => {
    const story = await startStory(t, { mode: 'server' })
    story.install()
    await story.lease('undionly')
    t.match(story.verdicts(30)[0], {
      id: 'not-fetched',
      title: 'iPXE was told where its script is, and never asked for it',
      advice: /http.port/,
    })
    await story.ask('/boot/52-54-00-12-34-56/boot.ipxe')
    t.notOk(story.ids(30).includes('not-fetched'))
  })
})
