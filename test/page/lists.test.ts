import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openDhcpWire } from '../daemon/client.ts'
import { bootwright, type Change, startDaemon, until } from '../daemon/daemon.ts'
import { ask, makeMachine } from '../daemon/machine.ts'
import { openReceiver } from '../daemon/receiver.ts'
import { fileTimeout } from '../patience.ts'
import { startPublisher } from '../pull/publisher.ts'
import { initrd, makeDisc } from '../system/disc.ts'
import { bzImage } from '../system/media-files.ts'
import { browserObstacle, openBrowser, openTab } from './browser.ts'

const skip = browserObstacle
t.setTimeout(fileTimeout(5))

async function inside(t: Test, change: Change = {}) {
  const daemon = await startDaemon(t, change)
  const tab = await openTab(await openBrowser(t), daemon)
  await tab.logIn()
  return { daemon, ...tab }
}

t.test('a machine that nobody knows, with the lines to paste', { skip }, async t => {
  const { daemon, page, problems, go } = await inside(t)
  await go('#/unknown')
  await page.getByText('No unknown machine has asked').waitFor()
  t.equal(await page.locator('h1 + p code').textContent(), 'hosts:')
  const machine = makeMachine(daemon, await openDhcpWire(t, daemon.ports), '3c:ec:ef:00:00:01')
  await machine.lease()
  const card = page.getByRole('listitem').filter({ hasText: '3c:ec:ef:00:00:01' })
  await card.getByText('The firmware').waitFor()
  t.match(await card.textContent(), /Archbios/)
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await card.getByRole('button', { name: 'Copy' }).click()
  await page.getByText('The entry of 3c:ec:ef:00:00:01 copied.').waitFor()
  const copied = await page.evaluate(() => navigator.clipboard.readText())
  t.match(copied, '"3c:ec:ef:00:00:01"')
  const known = daemon.write('with.yaml', `networks: { lan: {} }\nhosts:\n${copied}`)
  const { code, stderr } = await bootwright(['check', '--config', known])
  t.strictSame({ code, stderr }, { code: 0, stderr: '' }, 'it fits as it is')

  await go('#/leases')
  const lease = page.getByRole('row').filter({ hasText: '3c:ec:ef:00:00:01' })
  t.match(await lease.textContent(), /127\.0\.0\.\d+active/)

  await go('#/unknown')
  const form = page.getByRole('form', { name: 'Adopt 3c:ec:ef:00:00:01' })
  const adopt = form.getByRole('button', { name: 'Adopt' })
  t.ok(await adopt.isDisabled(), 'it needs a name')
  await form.getByLabel('Name').fill('node1')
  await adopt.click()
  await page.getByText('there is a host node1 already').waitFor()
  await form.getByLabel('Name').fill('node9')
  await form.getByLabel('Profile').selectOption('debian')
  await form.getByLabel('Tags').fill('rack7, spare')
  await adopt.click()
  await page.getByText('node9 is a host.').waitFor()
  await page.getByText('No unknown machine has asked').waitFor()
  const { host } = (await daemon.get('/hosts/node9')) as { host: object }
  const mac = '3c:ec:ef:00:00:01'
  t.match(host, { mac, profile: 'debian', tags: ['rack7', 'spare'], state: 'idle' })
  t.strictSame(problems, [])
})

t.test('a callback that waits is tried again by hand', { skip }, async t => {
  const { daemon, page, problems, go } = await inside(t)
  await ask(daemon, 'node1')
  await go('#/callbacks')
  const item = page.getByRole('listitem').filter({ hasText: 'notify' }).last()
  // Long enough before it tries again by itself.
  await item.getByText(/tried [3-9] times, again in [2-9]/).waitFor()
  const receiver = await openReceiver(t, daemon.ports.hook)
  await item.getByRole('button', { name: 'Try again now' }).click()
  await until('the webhook', () => receiver.delivered('asked').length === 1)
  await page.getByText('Nothing waits').waitFor()

  await go('#/log')
  const entry = (text: RegExp) => page.getByRole('row').filter({ hasText: text }).first().waitFor()
  await entry(/admin.*install.*node1/)
  await entry(/admin.*retry/)
  await entry(/admin.*login/)
  await daemon.post('/cancels', { hosts: ['*'] })
  await daemon.post('/installs', { hosts: ['*'] })
  const many = page.getByRole('row').filter({ hasText: 'asked for an install of 2 hosts' })
  await many.getByRole('link', { name: 'node1' }).waitFor()
  await many.getByRole('link', { name: 'node2' }).waitFor()
  t.strictSame(problems, [])
})

t.test('a host that is not in the config, and one whose name needs escaping', { skip }, async t => {
  const { page, problems, go } = await inside(t)
  await go('#/hosts/nobody')
  await page.getByRole('alert').filter({ hasText: 'no host nobody' }).waitFor()
  await go('#/hosts/%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E')
  await page.getByRole('alert').filter({ hasText: '<img src=x' }).waitFor()
  t.equal(await page.locator('img[src=x]').count(), 0)
  t.strictSame(problems, [])
})

t.test('images: where one is from, what no profile boots, and fetching more', { skip }, async t => {
  const mirror = { memtest86plus: 'https://127.0.0.1:1' }
  const { daemon, page, problems, go } = await inside(t, { mirror })
  daemon.write('assets/images/debian/linux', bzImage('6.1.0-40'))
  const source = { name: 'debian', version: '12', arch: 'amd64', proof: 'signature' }
  const at = '2026-11-01T10:00:00.000Z'
  daemon.write('assets/images/debian/.source.json', JSON.stringify({ ...source, at }))
  await go('#/images')
  const card = page.getByRole('listitem').filter({ hasText: '6.1.0-40' })
  await card
    .getByText('12 for amd64, verified by its publisher’s signature on 2026-11-01')
    .waitFor()
  await card.getByText('The catalogue has 13.').waitFor()
  await card.getByText('Unused: no profile boots it').waitFor()
  const entry = page.getByRole('listitem').filter({ hasText: 'Memtest86+' })
  t.equal(await entry.getByLabel('Version of memtest86plus').inputValue(), '7.20')
  await entry.getByLabel('Version of memtest86plus').fill('1.0')
  await entry.getByRole('button', { name: 'Fetch' }).click()
  await page.getByText('there is no memtest86plus@1.0 in the catalogue; it has 7.20').waitFor()
  await entry.getByLabel('Version of memtest86plus').fill('7.20')
  await entry.getByRole('button', { name: 'Fetch' }).click()
  const failed = page.getByRole('alert').filter({ hasText: 'memtest86plus 7.20: ' })
  await failed.getByText('ECONNREFUSED').waitFor()
  t.strictSame(problems, [])
})

const live = {
  'live/vmlinuz': bzImage('6.1.0-live'),
  'live/initrd.img': initrd,
  'live/filesystem.squashfs': randomBytes(9_000_000),
}

t.test('a disc that is dropped or chosen is brought and taken apart', { skip }, async t => {
  const { daemon, page, problems, go } = await inside(t)
  await go('#/images')
  const disc = makeDisc(join(daemon.folder, 'disc'), live, 'Debian Live 12.iso')
  const choose = page.getByLabel('ISO of a distribution')
  await choose.setInputFiles(disc)
  const name = page.getByLabel('Name of the image')
  t.equal(await name.inputValue(), 'debian-live-12')
  await name.fill('live')
  await page.getByRole('button', { name: 'Bring it' }).click()
  const item = page.getByRole('status').filter({ hasText: 'live is there' })
  await item.getByText('kernel: images/live/vmlinuz').waitFor()
  t.match(
    await item.textContent(),
    'boot=live components fetch={{ server.url }}/assets/images/live',
  )
  await page.getByRole('listitem').filter({ hasText: '6.1.0-live' }).waitFor()
  const served = await page.request.get(`${daemon.url}/assets/images/live/filesystem.squashfs`)
  t.same(await served.body(), live['live/filesystem.squashfs'])

  await page.evaluate(() => {
    const data = new DataTransfer()
    data.items.add(new File([new Uint8Array(40_000)], 'not-one.iso'))
    const event = new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
    document.querySelector('.drop')?.dispatchEvent(event)
  })
  await page.getByRole('button', { name: 'Bring it' }).click()
  await page.getByText('not-one.iso is no disc: it does not begin like an ISO').waitFor()
  await choose.setInputFiles(disc)
  await page.getByLabel('Name of the image').fill('live')
  await page.getByRole('button', { name: 'Replace live' }).waitFor()
  t.strictSame(problems, [])
})

t.test('what is brought is cancelled', { skip }, async t => {
  const publisher = await startPublisher(t)
  const kernel = '/amd64-usr/current/flatcar_production_pxe.vmlinuz'
  // It begins, and never ends.
  publisher.faults.set(kernel, (_, response) => response.writeHead(200).write('x'))
  const { daemon, page, problems, go } = await inside(t, { mirror: { flatcar: publisher.url } })
  await daemon.post('/discs', { name: 'slow', file: 'slow.iso', bytes: 1_000_000 })
  await go('#/images')
  await page.getByText('slow.iso arrives').waitFor()
  await page.getByRole('button', { name: 'Cancel slow.iso' }).click()
  await page.getByText('slow.iso cancelled.').waitFor()
  await page.getByText('slow.iso arrives').waitFor({ state: 'detached' })
  const entry = page.getByRole('listitem').filter({ hasText: 'Flatcar Container Linux' })
  await entry.getByRole('button', { name: 'Fetch' }).click()
  await page.getByText('flatcar current: flatcar_production_pxe.vmlinuz').first().waitFor()
  await page.getByRole('button', { name: 'Cancel flatcar current' }).click()
  await page.getByText('flatcar current cancelled.').waitFor()
  await page
    .getByText('flatcar current: flatcar_production_pxe.vmlinuz')
    .first()
    .waitFor({ state: 'detached' })
  t.strictSame(problems, [])
})

t.test(
  'publishers are asked when somebody wants it: one has replaced a file',
  { skip },
  async t => {
    const publisher = await startPublisher(t)
    const base = `${publisher.url}/amd64-usr/current/flatcar_production_pxe`
    const names = [`${base}.vmlinuz`, `${base}_image.cpio.gz`]
    for (const url of names) publisher.files.set(new URL(url).pathname, Buffer.from(url))
    const mirror = { flatcar: publisher.url, debian: 'http://127.0.0.1:1' }
    const { daemon, page, problems, go } = await inside(t, { mirror })
    const at = '2026-11-01T10:00:00.000Z'
    const told = { arch: 'amd64', proof: 'signature', at }
    const tags = Object.fromEntries(names.map(url => [url, '"an older one"']))
    for (const source of [
      { ...told, name: 'flatcar', version: 'current', tags },
      { ...told, name: 'debian', version: '13' },
    ]) {
      const folder = `assets/images/${source.name}`
      daemon.write(`${folder}/linux`, bzImage(`6.1.0-${source.name}`))
      daemon.write(`${folder}/.source.json`, JSON.stringify(source))
    }
    await go('#/images')
    await page.getByRole('button', { name: 'Ask publishers for newer' }).click()
    const card = page.getByRole('listitem').filter({ hasText: '6.1.0-flatcar' })
    await card.getByText('Its publisher has a newer current by now').waitFor()
    await page.getByText(/^debian: http:.*ECONNREFUSED/).waitFor()
    t.strictSame(problems, [])
  },
)
