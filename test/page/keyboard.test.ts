import t from 'tap'
import { startDaemon } from '../daemon/daemon.ts'
import { show } from '../daemon/machine.ts'
import { browserObstacle, openBrowser, openTab } from './browser.ts'
import { tokenOf } from './token.ts'

t.test('from the door to an install without a mouse', { skip: browserObstacle }, async t => {
  const daemon = await startDaemon(t)
  const { page, problems } = await openTab(await openBrowser(t), daemon)
  const { keyboard } = page
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '')
  const tabTo = async (text: RegExp, key = 'Tab') => {
    for (let n = 0; n < 40; n++) {
      if (text.test(await focused())) return
      await keyboard.press(key)
    }
    t.fail(`${text} is not reached by ${key}`)
  }

  await keyboard.type(tokenOf(daemon))
  await keyboard.press('Enter')
  await page.locator('.host-line').nth(1).waitFor()
  await keyboard.press('/')
  await keyboard.type('node')
  t.equal(await page.inputValue('.search'), 'node', '/ leads to the search')

  await tabTo(/^idlenode1/)
  await keyboard.press('ArrowDown')
  t.match(await focused(), /^idlenode2/, 'arrows walk over the rows')
  await keyboard.press('Home')
  await keyboard.press('End')
  t.match(await focused(), /^idlenode2/)
  const outline = await page.evaluate(
    () => getComputedStyle(document.activeElement ?? document.body).outlineStyle,
  )
  t.equal(outline, 'solid', 'one sees where one is')
  await keyboard.press('Space')
  await page.getByRole('region', { name: 'Chosen hosts' }).getByText('1 host').waitFor()

  await tabTo(/^Install …$/)
  await keyboard.press('Enter')
  await page.getByRole('button', { name: 'Erase and install node2' }).waitFor()
  await keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  t.equal((await show(daemon, 'node2')).host.state, 'idle')
  t.match(await focused(), /^Install …$/, 'the focus is back where it was')
  await keyboard.press('Enter')
  await page.locator('.button.danger:enabled').waitFor()
  await tabTo(/^Erase and install/)
  await keyboard.press('Enter')
  await page.locator('.host-line .badge', { hasText: 'pending' }).waitFor()
  t.equal((await show(daemon, 'node2')).host.state, 'pending')

  await tabTo(/^pendingnode2/, 'Shift+Tab')
  await keyboard.press('Enter')
  await page.getByRole('heading', { name: 'node2' }).waitFor()
  t.match(page.url(), /#\/hosts\/node2$/)
  t.strictSame(problems, [])
})
