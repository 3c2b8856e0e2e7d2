import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { AxeResults, RunOptions } from 'axe-core'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { openDhcpWire } from '../daemon/client.ts'
import { startDaemon } from '../daemon/daemon.ts'
import { bringTo, makeMachine } from '../daemon/machine.ts'
import { mac1, mac2 } from '../daemon/settings.ts'
import { fileTimeout } from '../patience.ts'
import { browserObstacle, openBrowser, openTab } from './browser.ts'

const skip = browserObstacle
t.setTimeout(fileTimeout(5))
const views = [
  'hosts',
  'hosts?as=racks',
  'hosts/node1',
  'hosts/nobody',
  'events',
  'unknown',
  'leases',
  'images',
  'callbacks',
  'log',
]
const widths = [390, 768, 1024, 1440]
const lights = ['light', 'dark'] as const
const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

/** A daemon that has something to show in every view. */
async function busy(t: Test) {
  const power = { by: 'vm' }
  const daemon = await startDaemon(t, {
    power: { vm: { command: { on: ['true'], off: ['true'], status: ['echo', 'on'] } } },
    consoles: { port: { command: { run: ['sh', '-c', 'seq 1 100; sleep 600'] } } },
    hosts: {
      node1: { mac: mac1, profile: 'debian', power, console: 'port' },
      node2: { mac: mac2, profile: 'debian' },
    },
  })
  const wire = await openDhcpWire(t, daemon.ports)
  await bringTo('installing', daemon, 'node1', makeMachine(daemon, wire, mac1))
  await makeMachine(daemon, wire, '3c:ec:ef:00:00:01').lease()
  return daemon
}

/** What keeps somebody from using what is shown: WCAG 2.1 A and AA, contrast among it. */
function offences(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const { run } = (globalThis as unknown as { axe: { run: Run } }).axe
    const { violations } = await run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'],
      resultTypes: ['violations'],
    })
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
  })
}
type Run = (what: Document, options: RunOptions) => Promise<AxeResults>

/** What is wider than the window, or cut off by it. */
function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const inside = [...document.querySelectorAll('main *, header *, dialog *')]
    const over = inside.filter(element => {
      const { right, width } = element.getBoundingClientRect()
      return width > 0 && right > innerWidth + 1 && !element.closest('.scroller, pre, .machines')
    })
    return over.map(({ className, textContent }) => `${className}: ${textContent?.slice(0, 40)}`)
  })
}

async function openConsole(page: Page): Promise<void> {
  await page.getByText('Console', { exact: true }).click()
  await page.locator('.xterm-rows').filter({ hasText: '100' }).waitFor()
}

t.test('every view at every width in both lights', { skip }, async t => {
  const daemon = await busy(t)
  const { page, problems, logIn, go } = await openTab(await openBrowser(t), daemon)
  await page.evaluate(axe)
  for (const colorScheme of lights) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    t.strictSame(await offences(page), [], `login, ${colorScheme}`)
  }
  await logIn()
  for (const width of widths) {
    await page.setViewportSize({ width, height: 800 })
    for (const view of views) {
      await go(`#/${view}`)
      await page.locator('main h1, [role=alert]').first().waitFor({ state: 'attached' })
      await page.waitForFunction(() => !document.body.textContent?.includes('Reading '))
      if (view === 'hosts/node1') await openConsole(page)
      t.strictSame(await tooWide(page), [], `${view}: fits into ${width} px`)
      for (const colorScheme of lights) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
        t.strictSame(await offences(page), [], `${view} at ${width} px, ${colorScheme}`)
      }
    }
    await go('#/hosts')
    await page.locator('.host-line input').first().check()
    for (const dialog of ['Install …', 'Power …']) {
      await page.getByRole('button', { name: dialog, exact: true }).click()
      await page.locator('.machines, .left').first().waitFor()
      t.strictSame(await tooWide(page), [], `${dialog}: fits into ${width} px`)
      for (const colorScheme of lights) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
        t.strictSame(await offences(page), [], `${dialog} at ${width} px, ${colorScheme}`)
      }
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    }
    await page.getByRole('button', { name: 'Choose none' }).click()
  }
  await page.goto(`${daemon.url}/api/docs`)
  await page.evaluate(axe)
  for (const width of widths) {
    await page.setViewportSize({ width, height: 800 })
    t.strictSame(await tooWide(page), [], `the API's document: fits into ${width} px`)
  }
  for (const colorScheme of lights) {
    await page.emulateMedia({ colorScheme })
    t.strictSame(await offences(page), [], `the API's document, ${colorScheme}`)
  }
  t.strictSame(problems, [])
})

t.test('a browser that is not let in reads why, and both ways in', { skip }, async t => {
  const daemon = await startDaemon(t, ports => ({
    http: { port: ports.http, address: ['127.0.0.1', '127.0.0.2'] },
    admin: { allow: ['127.0.0.2'] },
  }))
  const page = await (await openBrowser(t)).newPage()
  const blocks = () => page.locator('pre').allTextContents()
  const line =
    'admin:\n  allow: [127.0.0.0/8, "::1/128", 127.0.0.1] # and what is in the list already'
  const { port } = new URL(daemon.url)
  const answer = await page.goto(`http://127.0.0.2:${port}/`)
  t.equal(answer?.status(), 403)
  t.strictSame(await blocks(), [line, `ssh -L ${port}:127.0.0.2:${port} 127.0.0.2`])
  await page.evaluate(axe)
  for (const width of widths) {
    await page.setViewportSize({ width, height: 800 })
    t.strictSame(await tooWide(page), [], `fits into ${width} px`)
  }
  for (const colorScheme of lights) {
    await page.emulateMedia({ colorScheme })
    t.strictSame(await offences(page), [], colorScheme)
  }
  await page.goto(`${daemon.url}/`)
  t.strictSame(await blocks(), [line], 'no tunnel is told that would end at the same door')
})
