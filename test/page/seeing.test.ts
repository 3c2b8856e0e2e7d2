import t, { type Test } from 'tap'
import { openDhcpWire } from '../daemon/client.ts'
import { startDaemon } from '../daemon/daemon.ts'
import { bringTo, makeMachine } from '../daemon/machine.ts'
import { mac1 } from '../daemon/settings.ts'
import { fileTimeout } from '../patience.ts'
import { browserObstacle, openBrowser, openTab, type TabSettings } from './browser.ts'
import { faintTexts } from './contrast.ts'

const skip = browserObstacle
t.setTimeout(fileTimeout(5))
const views = [
  'hosts',
  'hosts?as=racks',
  'hosts/node1',
  'unknown',
  'leases',
  'images',
  'callbacks',
  'log',
]

/** A daemon that has something to show in every view. */
async function busy(t: Test) {
  const daemon = await startDaemon(t)
  const wire = await openDhcpWire(t, daemon.ports)
  await bringTo('installing', daemon, 'node1', makeMachine(daemon, wire, mac1))
  await makeMachine(daemon, wire, '3c:ec:ef:00:00:01').lease()
  return daemon
}

const settings: readonly TabSettings[] = [
  { width: 360, height: 740 },
  { width: 360, height: 740, dark: true },
  { width: 1440 },
  { width: 1440, dark: true },
]

for (const setting of settings) {
  const how = `${setting.width} px, ${setting.dark ? 'dark' : 'light'}`
  t.test(`every view at ${how}`, { skip }, async t => {
    const daemon = await busy(t)
    const browser = await openBrowser(t)
    const { page, problems, logIn, go } = await openTab(browser, daemon, setting)
    t.strictSame(await page.evaluate(faintTexts), [], 'login: nothing is faint')
    await logIn()
    for (const view of views) {
      await go(`#/${view}`)
      await page.locator('h1:visible, .host-line, .unit').first().waitFor()
      await page.waitForFunction(() => !document.body.textContent?.includes('Reading '))
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      t.ok(over <= 0, `${view}: nothing is wider than the window`)
      t.strictSame(await page.evaluate(faintTexts), [], `${view}: nothing is faint`)
    }
    await go('#/hosts')
    await page.locator('.host-line input').first().check()
    await page.getByRole('button', { name: 'Install …', exact: true }).click()
    await page.getByRole('dialog').waitFor()
    t.strictSame(await page.evaluate(faintTexts), [], 'a dialog: nothing is faint')
    t.strictSame(problems, [])
  })
}
