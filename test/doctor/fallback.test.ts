import t from 'tap'
import { mac } from '../dhcp/examples.ts'
import { bios, type Story, startStory } from './story.ts'

/** ipxe.efi as the only loader of x64 UEFI, with snponly.efi where it can be found when it is asked for. */
const loaders = { 'snponly.efi': 'snponly', 'ipxe.efi': 'ipxe' }
const explicit = '\nloaders: { fallback: auto }\n'

/** node1 is to be booted with this loader. */
function tellLoader(story: Story, loader: string) {
  const host = story.wired.world.config().hosts.get('node1')
  Object.assign(host as object, { loader })
  Object.assign(host?.profile as object, { loader })
  story.wired.world.replace(story.wired.world.config(), [], () => undefined)
}

t.test('the next boot gets snponly.efi, on every card of that vendor', async t => {
  const story = await startStory(t, { mode: 'server', more: explicit, loaders })
  tellLoader(story, 'ipxe.efi')
  story.install()
  t.equal((await story.lease('ovmf-x64'))?.file, 'ipxe.efi')
  await story.tftp('ipxe.efi')

  t.equal((await story.lease('ovmf-x64'))?.file, 'snponly.efi', 'iPXE was never heard')
  t.strictSame(story.timeline('node1', 'loader'), [
    'ipxe.efi was fetched and its iPXE never asked for DHCP: network cards 52:54:00:… get snponly.efi from now on',
  ])
  await story.tftp('snponly.efi')
  await story.lease('snponly')
  t.equal((await story.lease('ovmf-x64'))?.file, 'snponly.efi', 'it stays so')
  t.equal(story.timeline('node1', 'loader').length, 1, 'and is said once')
})

t.test('an iPXE that asks for DHCP keeps its loader', async t => {
  const story = await startStory(t, { mode: 'server', loaders })
  tellLoader(story, 'ipxe.efi')
  story.install()
  for (let boot = 0; boot < 2; boot++) {
    t.equal((await story.lease('ovmf-x64'))?.file, 'ipxe.efi')
    await story.tftp('ipxe.efi')
    await story.lease('snponly')
  }
  t.equal((await story.lease('ovmf-x64'))?.file, 'ipxe.efi')
  t.equal((await story.lease('ovmf-x64'))?.file, 'ipxe.efi', 'nothing was fetched in between')
})

t.test('off, and loaders that nothing stands in for', async t => {
  const off = await startStory(t, {
    mode: 'server',
    more: '\nloaders: { fallback: off }\n',
    loaders,
  })
  tellLoader(off, 'ipxe.efi')
  off.install()
  await off.lease('ovmf-x64')
  await off.tftp('ipxe.efi')
  t.equal((await off.lease('ovmf-x64'))?.file, 'ipxe.efi')
  t.strictSame(off.timeline('node1', 'loader'), [])

  const story = await startStory(t, { mode: 'server' })
  story.install()
  await story.lease('ovmf-x64', undefined, bios)
  await story.tftp('undionly.kpxe')
  t.equal((await story.lease('ovmf-x64', undefined, bios))?.file, 'undionly.kpxe')
})

t.test('cards of another vendor get what they always got', async t => {
  const story = await startStory(t, { mode: 'server', loaders })
  tellLoader(story, 'ipxe.efi')
  story.memory.nicVendors.save('52:54:00', 'ipxe.efi', 0)
  t.equal(story.wired.fallback.instead('ipxe.efi', mac('52:54:00:12:34:56')), 'snponly.efi')
  t.equal(story.wired.fallback.instead('ipxe.efi', mac('02:00:00:12:34:56')), undefined)
})
