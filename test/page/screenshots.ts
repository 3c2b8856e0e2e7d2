/** `npm run screenshots`: racks of simulated machines, and the views of the page that the README shows. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import t from 'tap'
import { untilTold } from '../daemon/machine.ts'
import { openReceiver } from '../daemon/receiver.ts'
import { fileTimeout } from '../patience.ts'
import { openBrowser, openTab } from './browser.ts'
import { type Fleet, startFleet } from './fleet.ts'

const folder = join(import.meta.dirname, '../../screenshots')
const quantizer = '/usr/bin/pngquant'
t.setTimeout(fileTimeout(5))

/** Everything at once, as on a busy day. */
async function fill({ daemon, bring, stranger }: Fleet): Promise<void> {
  const units = (rack: number, from: number, to: number) =>
    Array.from(
      { length: to - from + 1 },
      (_, n) => `r${rack}-n${String(from + n).padStart(2, '0')}`,
    )
  const all = async (names: string[], to: Parameters<Fleet['bring']>[1]) => {
    for (const name of names) await bring(name, to)
  }
  await all([...units(1, 1, 12), ...units(3, 1, 8)], 'up')
  await all(units(1, 20, 22), 'done')
  await all(units(2, 4, 4), 'ready')
  await untilTold(daemon, 'r2-n04', /build-and-copy \(ready\) ended well/)
  await all(units(2, 5, 5), 'ready')
  for (const name of units(3, 20, 21)) {
    const machine = await bring(name, 'halfway')
    await machine.phoneHome('failed', {
      message: 'no disk /dev/sda: the controller is in RAID mode',
    })
  }
  await all(units(1, 13, 19), 'halfway')
  await all(units(3, 9, 12), 'asked')
  // Its firmware gets a loader that hangs, and asks again.
  await (await bring('r4-n01', 'loader')).lease()
  await stranger('3c:ec:ef:99:00:01', 'x64-efi')
  await stranger('3c:ec:ef:99:00:02', 'arm64-efi')
  await all(units(1, 23, 28), 'downloading')
}

async function shoot(page: Page, name: string): Promise<void> {
  const path = join(folder, `${name}.png`)
  await page.mouse.move(0, 0)
  await page.screenshot({ path, animations: 'disabled' })
  if (existsSync(quantizer))
    execFileSync(quantizer, ['--force', '--ext=.png', '--speed=1', '96', path])
}

t.test('the views of the README', async t => {
  mkdirSync(folder, { recursive: true })
  const fleet = await startFleet(t)
  await openReceiver(t, fleet.daemon.ports.hook)
  await fill(fleet)
  const browser = await openBrowser(t)
  const seen = async (hash: string, settings: Parameters<typeof openTab>[2], selector: string) => {
    const tab = await openTab(browser, fleet.daemon, settings)
    await tab.logIn()
    await tab.go(hash)
    await tab.page.locator(selector).first().waitFor()
    return tab.page
  }
  const wide = { width: 1280, height: 800 }
  await shoot(
    await seen('#/hosts?state=booting,installing,pending,failed,verifying', wide, '.numbers'),
    'hosts',
  )
  await shoot(await seen('#/hosts?as=racks', { ...wide, dark: true }, '.unit .bar'), 'racks')
  await shoot(await seen('#/hosts/r2-n04', { width: 1280, height: 1000 }, '.output'), 'host')
  await shoot(await seen('#/hosts/r4-n01', { ...wide, dark: true }, '.verdict'), 'doctor')
  await shoot(
    await seen(
      '#/hosts?state=booting,installing,failed',
      { width: 360, height: 740, dark: true },
      '.numbers',
    ),
    'phone',
  )
  const page = await seen('#/hosts?tag=rack5', wide, '.host-line')
  for (const n of [0, 1, 2]) await page.locator('.host-line input').nth(n).check()
  await page.getByRole('button', { name: 'Install …', exact: true }).click()
  await page.locator('.machines li').nth(2).waitFor()
  await shoot(page, 'install')
})
