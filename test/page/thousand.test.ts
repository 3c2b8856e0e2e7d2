import t, { type Test } from 'tap'
import { startDaemon } from '../daemon/daemon.ts'
import { ask } from '../daemon/machine.ts'
import { debian } from '../daemon/settings.ts'
import { fileTimeout } from '../patience.ts'
import { browserObstacle, openBrowser, openTab, type Tab } from './browser.ts'

const skip = browserObstacle
t.setTimeout(fileTimeout(5))
const count = 1200
/** Of a screen that shows about twenty. */
const mostRows = 80

/** `node0001` to `node1200`, forty in a rack; every third boots rescue. */
function manyHosts() {
  const numbers = Array.from({ length: count }, (_, n) => n + 1)
  return Object.fromEntries(
    numbers.map(n => {
      const hex = n.toString(16).padStart(4, '0')
      return [
        `node${String(n).padStart(4, '0')}`,
        {
          mac: `52:54:00:01:${hex.slice(0, 2)}:${hex.slice(2)}`,
          profile: n % 3 === 0 ? 'rescue' : 'debian',
          tags: [`rack${String(Math.ceil(n / 40)).padStart(2, '0')}`],
        },
      ]
    }),
  )
}

async function manyOnScreen(t: Test) {
  const profiles = { debian, rescue: { kernel: 'images/kernel', boot: 'once' } }
  const daemon = await startDaemon(t, { profiles, hosts: manyHosts() })
  const tab = await openTab(await openBrowser(t), daemon)
  await tab.logIn()
  await tab.page.locator('.host-line').first().waitFor()
  return { daemon, ...tab }
}

/** Milliseconds from an input to the frame that shows what it led to, by the browser's own clock. */
function timed(page: Tab['page'], selector: string, value: string): Promise<number> {
  return page.evaluate(
    ({ selector, value }) =>
      new Promise<number>(resolve => {
        const field = document.querySelector<HTMLInputElement>(selector)
        const start = performance.now()
        if (field) field.value = value
        field?.dispatchEvent(
          new Event(field.tagName === 'SELECT' ? 'change' : 'input', { bubbles: true }),
        )
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start)))
      }),
    { selector, value },
  )
}

t.test(`${count} hosts: only those in sight are in the document`, { skip }, async t => {
  const { page, problems } = await manyOnScreen(t)
  const rows = page.locator('.host-line')
  t.equal(await page.getByRole('grid').getAttribute('aria-rowcount'), String(count + 1))
  t.ok((await rows.count()) <= mostRows, 'at the top')
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight))
  await page.getByRole('link', { name: 'node1200' }).waitFor()
  t.ok((await rows.count()) <= mostRows, 'at the end')
  t.equal(await page.getByRole('link', { name: 'node0001' }).count(), 0)

  await page.getByRole('button', { name: 'Racks' }).click()
  await page.getByRole('heading', { name: 'rack01' }).waitFor()
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight))
  await page.getByRole('heading', { name: 'rack30' }).waitFor()
  const units = page.locator('.unit')
  t.ok((await units.count()) <= 500, 'of the racks too')
  await page.evaluate(() => scrollTo(0, 0))
  await page.getByRole('heading', { name: 'rack01' }).waitFor()
  t.equal(await page.getByRole('heading', { name: 'rack30' }).count(), 0)
  t.strictSame(problems, [])
})

t.test('search and filters', { skip }, async t => {
  const { daemon, page, problems } = await manyOnScreen(t)
  await ask(daemon, 'node0007')
  const shown = page.getByRole('status').filter({ hasText: / shown$/ })
  const expect = async (what: string, hosts: string) => {
    await shown.filter({ hasText: hosts }).waitFor({ state: 'attached' })
    t.pass(`${what}: ${hosts}`)
  }
  const spent = new Map<string, number>()
  const set = async (what: string, selector: string, value: string, hosts: string) => {
    spent.set(what, await timed(page, selector, value))
    await expect(what, hosts)
  }
  const profile = 'label:has-text("Profile") select'
  await set('a name', '.search', 'node110', '10 hosts')
  await set('two words', '.search', 'node11 rack28', '21 hosts')
  await set('a MAC with hyphens', '.search', '52-54-00-01-04-B0', '1 host shown')
  await set('nobody', '.search', 'nowhere', '0 hosts')
  await page.getByRole('button', { name: 'Show all hosts' }).click()
  await expect('all again', '1,200 hosts')
  await page.selectOption(profile, 'rescue')
  await expect('a profile', '400 hosts')
  await page.selectOption('label:has-text("Tag") select', 'rack01')
  await expect('and a tag', '13 hosts')
  await page.selectOption(profile, '')
  await page.getByRole('button', { name: /pending/ }).click()
  await expect('and a state', '1 host shown')
  t.match(page.url(), /#\/hosts\?state=pending&tag=rack01$/, 'the address names the filter')
  await page.reload()
  await expect('after a reload', '1 host shown')
  for (const [what, ms] of spent) t.comment(`filter by ${what}: ${ms.toFixed(1)} ms`)
  t.strictSame(problems, [])
})

t.test('many are chosen at once, and each is named before it is asked for', { skip }, async t => {
  const { daemon, page, problems } = await manyOnScreen(t)
  await page.fill('.search', 'rack02')
  await page
    .getByRole('status')
    .filter({ hasText: '40 hosts shown' })
    .waitFor({ state: 'attached' })
  await page.getByRole('checkbox', { name: 'Choose all that are shown' }).click()
  await page.getByRole('button', { name: 'Install …', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('of these 27 machines is erased').waitFor()
  t.equal(await dialog.locator('.machines li').count(), 40)
  await dialog.getByText('13 machines will boot once').waitFor()
  await dialog.getByRole('button', { name: 'Erase and install 40' }).click()
  await page.getByText('Install asked for: 40 hosts.').waitFor()
  const { states } = await daemon.get<{ states: Record<string, number> }>('/hosts?limit=1')
  t.equal(states.pending, 40)
  t.strictSame(problems, [])
})
