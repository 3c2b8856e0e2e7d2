import t, { type Test } from 'tap'
import { openDhcpWire } from '../daemon/client.ts'
import { startDaemon } from '../daemon/daemon.ts'
import { makeMachine } from '../daemon/machine.ts'
import { mac1 } from '../daemon/settings.ts'
import { fileTimeout } from '../patience.ts'
import { browserObstacle, openBrowser, openTab } from './browser.ts'
import { fetchSlowly } from './slow-fetch.ts'

const skip = browserObstacle
t.setTimeout(fileTimeout(5))

/** A daemon with two hosts, one machine and a browser that is logged in. */
async function lab(t: Test) {
  const daemon = await startDaemon(t, {
    hosts: {
      node1: { mac: mac1, profile: 'debian', tags: ['lab'], vars: { disk: '/dev/vda' } },
      node2: { mac: '52:54:00:00:00:02', profile: 'debian' },
    },
  })
  const machine = makeMachine(daemon, await openDhcpWire(t, daemon.ports), mac1)
  const tab = await openTab(await openBrowser(t), daemon)
  await tab.logIn()
  return { daemon, machine, ...tab, row: tab.page.locator('.host-line', { hasText: 'node1' }) }
}

t.test('a host goes through all its states before one’s eyes', { skip }, async t => {
  const { daemon, machine, page, problems, row } = await lab(t)
  daemon.write('assets/images/initrd', Buffer.alloc(96_000_000, 'initrd'))
  await page.evaluate(() => document.body.setAttribute('data-same', 'page'))
  const state = (word: string) => row.locator('.badge', { hasText: word }).waitFor()

  await state('idle')
  await row.locator('input').check()
  await page.getByRole('button', { name: 'Install …', exact: true }).click()
  const dialog = page.getByRole('dialog')
  const named = dialog.getByRole('listitem').filter({ hasText: 'node1' })
  t.match(await named.textContent(), /node1.*\/dev\/vda.*52:54:00:00:00:01/s, 'names what is wiped')
  t.match(await dialog.textContent(), /everything on the disk of node1 is\s+erased/)
  await dialog.getByRole('button', { name: 'Erase and install node1' }).click()
  await state('pending')

  await machine.lease()
  await machine.lease('ipxe')
  const script = await machine.script()
  await state('booting')
  const url = /^initrd --name initrd0 (\S+)/m.exec(script.text)?.[1] ?? ''
  const rest = fetchSlowly(url, machine.address())
  const bar = row.getByRole('progressbar', { name: 'node1: initrd' })
  await bar.waitFor()
  t.match(await row.locator('.numbers').textContent(), / of 96 MB · [\d.]+ MB\/s/)
  await rest()
  await bar.waitFor({ state: 'detached' })

  await machine.phoneHome('ready', { facts: { disks: ['vda'] } })
  await state('installing')
  await machine.phoneHome('progress', { percent: 40, message: 'writes the disk' })
  const install = row.getByRole('progressbar', { name: 'node1: writes the disk' })
  await install.waitFor()
  t.equal(await install.getAttribute('aria-valuenow'), '40')
  await machine.phoneHome('done')
  await state('verifying')
  await machine.phoneHome('up')
  await state('installed')

  t.equal(await page.getAttribute('body', 'data-same'), 'page', 'it was never loaded again')
  t.strictSame(problems, [])
})

t.test('the page of a host tells its story while it happens', { skip }, async t => {
  const { daemon, machine, page, problems } = await lab(t)
  await page.getByRole('link', { name: 'node1' }).click()
  await page.getByRole('heading', { name: 'node1' }).waitFor()
  const story = page.getByRole('region', { name: 'What happened' })
  await story.getByText('Nothing yet').waitFor()
  await page.getByRole('button', { name: 'Install …', exact: true }).click()
  await page.getByRole('button', { name: 'Erase and install node1' }).click()
  const told = (text: string | RegExp) => story.getByText(text).first().waitFor()

  await told('install asked, waiting for a network boot')
  await machine.lease()
  await told(/The firmware asks → offered 127\.0\.0\.\d+, loader undionly\.kpxe/)
  await machine.lease('ipxe')
  await told(/iPXE asks → offered/)
  const { text } = await machine.script()
  await told('node1 installs debian, attempt 1')
  await machine.fetch(/^kernel --name kernel (\S+)/m.exec(text)?.[1] ?? '')
  await told(/kernel sent, 300 kB/)
  const stops = page.getByRole('list', { name: 'How far its latest boot came' })
  t.equal(await stops.locator('.passed').count(), 6, 'firmware to kernel')
  t.match(await stops.locator('.awaited').textContent(), /Installer/)
  await machine.phoneHome('ready', { facts: { disks: ['vda'] } })
  await told('the installer is ready, the installer works by itself')
  await page.getByText('disks: [vda]').waitFor()

  await page.getByText('boot your disk').first().waitFor({ state: 'detached' })
  const told2 = page.getByRole('region', { name: 'What it would be told' })
  t.match(await told2.textContent(), /#!ipxe/)
  t.notMatch(await page.content(), machine.token(), 'no token is shown')
  await daemon.cli('cancel', 'node1')
  await page.locator('.host-title .badge', { hasText: 'idle' }).waitFor()
  t.strictSame(problems, [])
})

t.test('an install is taken back', { skip }, async t => {
  const { page, problems, row, machine } = await lab(t)
  await row.locator('input').check()
  await page.getByRole('button', { name: 'Install …', exact: true }).click()
  await page.getByRole('dialog').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Install …', exact: true }).click()
  await page.getByRole('button', { name: 'Erase and install node1' }).click()
  await row.locator('.badge', { hasText: 'pending' }).waitFor()
  await machine.lease()
  await machine.script()
  await row.locator('.badge', { hasText: 'booting' }).waitFor()
  await page.getByRole('button', { name: 'Cancel install …' }).click()
  t.match(await page.getByRole('dialog').textContent(), /node1 has begun: the disk may be erased/)
  await page.getByRole('button', { name: 'Cancel the install' }).click()
  await row.locator('.badge', { hasText: 'idle' }).waitFor()
  t.match((await machine.script()).text, /Disk: node1/, 'the machine gets its disk')
  t.strictSame(problems, [])
})
