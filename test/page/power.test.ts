import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { heardPower, powerInTable } from '../../src/page/parts/words.ts'
import { startDaemon, until } from '../daemon/daemon.ts'
import { mac1, mac2 } from '../daemon/settings.ts'
import { fileTimeout } from '../patience.ts'
import { browserObstacle, openBrowser, openTab } from './browser.ts'
import { noon } from './examples.ts'

const skip = browserObstacle
t.setTimeout(fileTimeout(3))

t.test('how its power was', async t => {
  const at = new Date(noon).toISOString()
  const power = { by: 'bmc', state: null, at: null, reason: null }
  t.equal(heardPower(power, noon), 'not asked so far')
  t.equal(heardPower({ ...power, state: 'on', at }, noon + 180_000), 'on · 3 min ago')
  t.equal(powerInTable(null, noon), undefined)
  t.equal(powerInTable(power, noon), 'not asked')
  t.equal(powerInTable({ ...power, state: 'on', at }, noon + 180_000), 'on · 3 min ago')
  t.equal(powerInTable({ ...power, at }, noon + 180_000), 'not known · 3 min ago')
  const failed = { ...power, at, reason: 'it does not answer' }
  t.equal(heardPower(failed, noon), 'not known: it does not answer · now')
})

const switcher = `#!/bin/sh
[ "$2 $1" != "node2 off" ] || { echo "$1" "$2" >> done; echo "it is jammed" >&2; exit 1; }
case "$1" in
  status) cat power.$2 ;;
  cycle) echo on > power.$2; echo cycle "$2" >> done ;;
  *) echo "$1" > power.$2; echo "$1" "$2" >> done ;;
esac
`

t.test('machines are switched, after they were shown', { skip }, async t => {
  const verbs = ['on', 'off', 'cycle', 'status']
  const command = Object.fromEntries(
    verbs.map(verb => [verb, ['sh', './switch', verb, '{{ host.name }}']]),
  )
  const power = { by: 'vm' }
  const daemon = await startDaemon(t, {
    power: { vm: { command } },
    hosts: {
      node1: { mac: mac1, profile: 'debian', power },
      node2: { mac: mac2, profile: 'debian', power },
      node3: { mac: '52:54:00:00:00:03', profile: 'debian' },
    },
  })
  daemon.write('switch', switcher)
  daemon.write('power.node1', 'off\n')
  daemon.write('power.node2', 'on\n')
  daemon.write('done', '')
  const done = () => readFileSync(join(daemon.folder, 'done'), 'utf8')
  const { page, problems, logIn, go } = await openTab(await openBrowser(t), daemon)
  await logIn()

  await go('#/hosts/node3')
  await page.getByRole('button', { name: 'Install …', exact: true }).waitFor()
  t.equal(await page.getByRole('button', { name: 'Power …' }).count(), 0, 'it has no way')

  await go('#/hosts/node1')
  await page.getByRole('button', { name: 'Power …' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('heading', { name: 'Power of node1' }).waitFor()
  await dialog.getByRole('button', { name: 'Leave as it is' }).click()
  await dialog.waitFor({ state: 'detached' })
  t.equal(done(), '')
  await page.getByRole('button', { name: 'Power …' }).click()
  await dialog.getByRole('button', { name: 'Switch on' }).click()
  await page.getByText('Switched on: node1.').waitFor()
  t.equal(done(), 'on node1\n')
  await page
    .getByRole('region', { name: 'Facts' })
    .getByText(/^on · .* · vm$/)
    .waitFor()

  await go('#/hosts')
  const cells = page.locator('.host-line .c-power')
  await page.setViewportSize({ width: 1440, height: 800 })
  await cells
    .filter({ hasText: /^\s*on · / })
    .first()
    .waitFor()
  t.equal(await cells.count(), 3, 'each has the cell, also who has no way')
  await page.setViewportSize({ width: 1100, height: 800 })
  t.equal(await cells.first().isVisible(), false, 'it gives way to the profile')
  t.equal(await page.locator('.host-line .c-profile').first().isVisible(), true)
  for (const name of ['node1', 'node2', 'node3']) await page.getByLabel(`Choose ${name}`).check()
  await page.getByRole('button', { name: 'Power …' }).click()
  await dialog.getByRole('heading', { name: 'Power of 2 machines' }).waitFor()
  t.strictSame(await dialog.locator('li strong').allTextContents(), ['node1', 'node2'])
  await dialog.getByRole('button', { name: 'Switch off 2' }).click()
  await page.getByText(/Switched off: node1\. node2: .*it is jammed/).waitFor()
  await until('both', () => done().split('\n').length === 4)
  t.strictSame(problems, [])
})
