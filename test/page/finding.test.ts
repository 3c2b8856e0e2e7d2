import t, { type Test } from 'tap'
import { startDaemon } from '../daemon/daemon.ts'
import { ask } from '../daemon/machine.ts'
import { fileTimeout } from '../patience.ts'
import { browserObstacle, openBrowser, openTab } from './browser.ts'

const skip = browserObstacle
t.setTimeout(fileTimeout(5))

/** `node01` to `node60`, twenty in a rack. */
function sixtyHosts() {
  const numbers = Array.from({ length: 60 }, (_, n) => String(n + 1).padStart(2, '0'))
  return Object.fromEntries(
    numbers.map((two, n) => [
      `node${two}`,
      {
        mac: `52:54:00:00:01:${two}`,
        profile: 'debian',
        tags: [`rack${Math.floor(n / 20) + 1}`],
        vars: { disk: '/dev/vda' },
      },
    ]),
  )
}

async function sixty(t: Test) {
  const daemon = await startDaemon(t, { hosts: sixtyHosts() })
  const tab = await openTab(await openBrowser(t), daemon, { width: 1440, height: 700 })
  await tab.logIn()
  const heading = (name: string) => tab.page.getByRole('heading', { name, exact: true }).waitFor()
  return { daemon, heading, ...tab }
}

t.test('to a host and back to where one was', { skip }, async t => {
  const { page, problems, heading } = await sixty(t)
  const scroll = () => page.evaluate(() => scrollY)
  const focused = () =>
    page.evaluate(() => document.activeElement?.getAttribute('data-host') ?? 'no host')

  await page.evaluate(() => scrollTo(0, 1200))
  const before = await scroll()
  t.ok(before > 1000)
  await page.getByRole('link', { name: 'node40' }).click()
  await heading('node40')
  t.equal(await scroll(), 0, 'a host is read from its top')
  await page.goBack()
  await page.waitForFunction(() => document.activeElement?.getAttribute('data-host') === 'node40')
  t.equal(await scroll(), before)
  await page.goForward()
  await heading('node40')
  await page.goBack()
  await page.waitForFunction(() => scrollY > 1000)

  await page.getByRole('navigation').getByRole('link', { name: 'Leases' }).click()
  await heading('Leases')
  await page.getByRole('navigation').getByRole('link', { name: 'Hosts' }).click()
  await page.getByRole('grid').waitFor()
  t.equal(await scroll(), 0, 'a link leads to the top')
  t.equal(await focused(), 'no host')
  t.strictSame(problems, [])
})

t.test('Enter, a click on a row, a click on a tag', { skip }, async t => {
  const { page, problems, heading } = await sixty(t)
  await page.fill('.search', 'node17')
  await page.press('.search', 'Enter')
  await heading('node17')
  await page.goBack()
  t.equal(await page.inputValue('.search'), 'node17', 'what was looked for is still there')
  await page.fill('.search', '')
  await page.press('.search', 'Enter')
  t.match(page.url(), /#\/hosts$/, 'of all hosts none is meant')

  const row = page.locator('.host-line', { hasText: 'node02' })
  await row.locator('.c-pick input').click()
  await page.getByRole('region', { name: 'Chosen hosts' }).waitFor()
  t.match(page.url(), /#\/hosts$/, 'to choose is not to open')
  await row.locator('.c-address').click()
  await heading('node02')
  await page.goBack()
  await row.getByRole('button', { name: 'rack1' }).click()
  await page.waitForFunction(() => location.hash === '#/hosts?tag=rack1')
  t.equal(await page.getByRole('grid').getAttribute('aria-rowcount'), '21')
  t.strictSame(problems, [])
})

t.test('a text that is cut is told whole', { skip }, async t => {
  const { daemon, page, problems } = await sixty(t)
  await ask(daemon, 'node01')
  await page.setViewportSize({ width: 768, height: 700 })
  const why = page.locator('.host-line .c-address').first()
  await why.evaluate(element => {
    element.removeAttribute('title')
    element.textContent = 'a text that is much longer than its column is wide'
  })
  await why.hover()
  await page.waitForFunction(() => document.querySelector('.c-address[title^="a text that"]'))
  await page.locator('.search').hover()
  await page.waitForFunction(() => !document.querySelector('.c-address[title^="a text that"]'))
  t.strictSame(problems, [])
})

t.test('an open page follows a reload', { skip }, async t => {
  const { daemon, page, problems, go } = await sixty(t)
  const rows = (count: number) =>
    page.waitForFunction(
      wanted => document.querySelector('[role=grid]')?.getAttribute('aria-rowcount') === wanted,
      String(count + 1),
    )
  await rows(60)
  const { node01, node02, ...others } = sixtyHosts()
  daemon.configure({ hosts: { ...others, node02, fresh: { mac: '3c:ec:ef:00:00:09' } } })
  await daemon.reload()
  await page.getByRole('link', { name: 'fresh' }).waitFor()
  await page.getByRole('link', { name: 'node01' }).waitFor({ state: 'detached' })
  await rows(60)
  t.ok(node01)

  await go('#/hosts/node02')
  await page.getByRole('heading', { name: 'node02' }).waitFor()
  daemon.configure({ hosts: { fresh: { mac: '3c:ec:ef:00:00:09' } } })
  await daemon.reload()
  await page.getByRole('alert').filter({ hasText: 'no host node02' }).waitFor()
  daemon.configure({ hosts: { node02 } })
  await daemon.reload()
  await page.getByRole('region', { name: 'Facts' }).waitFor()
  await go('#/hosts')
  await rows(1)
  t.strictSame(problems, [])
})

t.test('a refused reload stands on the page until a good one', { skip }, async t => {
  const { daemon, page, problems } = await sixty(t)
  const notice = page.getByRole('alert').filter({ hasText: 'the config was not reloaded' })
  daemon.configure({ http: { prot: 1 } })
  await daemon.reload()
  await notice.waitFor()
  t.match(await notice.textContent(), /prot/, 'it says what is wrong')
  await page.reload()
  await notice.waitFor()
  daemon.configure({ http: { port: daemon.ports.http } })
  await daemon.reload()
  await notice.waitFor({ state: 'detached' })
  t.strictSame(problems, [])
})

t.test('a daemon that is gone, and back', { skip }, async t => {
  const { daemon, page, problems } = await sixty(t)
  await daemon.kill()
  const banner = page.getByRole('alert').filter({ hasText: 'The daemon does not answer since' })
  await banner.waitFor()
  t.match(await banner.textContent(), /systemctl status bootwright/)
  await daemon.start()
  await banner.waitFor({ state: 'detached' })
  await page.locator('.link.live').waitFor()
  t.equal(await page.locator('#token').count(), 0, 'nobody has to log in again')
  t.strictSame(problems, [])
})

t.test('all that happens, as it happens', { skip }, async t => {
  const { daemon, page, problems, go } = await sixty(t)
  await ask(daemon, 'node01')
  await go('#/events')
  const stream = page.getByRole('list', { name: 'What happens, the latest first' })
  await stream.getByText('install asked').first().waitFor()
  await ask(daemon, 'node30')
  const events = stream.getByRole('listitem')
  await events.filter({ hasText: 'node30' }).first().waitFor()
  t.match(await events.first().textContent(), /node30/, 'the latest first')

  await page.selectOption('label:has-text("Tag") select', 'rack1')
  await events.filter({ hasText: 'node30' }).first().waitFor({ state: 'detached' })
  t.match(await stream.textContent(), /node01/)
  t.match(page.url(), /#\/events\?tag=rack1$/)
  await page.selectOption('label:has-text("Tag") select', '')
  await page.selectOption('label:has-text("Show") select', 'operators')
  await events.filter({ hasText: 'install by admin' }).first().waitFor()
  t.notMatch(await stream.textContent(), /pending/)
  await page.selectOption('label:has-text("Show") select', 'everything')

  await page.getByRole('button', { name: 'Hold' }).click()
  await ask(daemon, 'node31')
  await page.getByRole('button', { name: /^Go on \(\d+ new\)$/ }).click()
  await events.filter({ hasText: 'node31' }).first().waitFor()
  await page.fill('.search', 'node31 asked')
  await events.filter({ hasText: 'node01' }).first().waitFor({ state: 'detached' })
  await events.first().getByRole('link', { name: 'node31' }).click()
  await page.getByRole('heading', { name: 'node31' }).waitFor()
  t.strictSame(problems, [])
})
