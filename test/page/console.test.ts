import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createTyping } from '../../src/page/host/console-typing.ts'
import { type Daemon, startDaemon, until } from '../daemon/daemon.ts'
import { mac1, mac2 } from '../daemon/settings.ts'
import { fileTimeout } from '../patience.ts'
import { browserObstacle, openBrowser, openTab } from './browser.ts'
import { tokenOf } from './token.ts'

const skip = browserObstacle
t.setTimeout(fileTimeout(4))

t.test('what is typed goes in its order, one request at a time', async t => {
  const sent: string[] = []
  const failures: string[] = []
  let release = () => {}
  const type = (text: string) => {
    sent.push(text)
    return new Promise<void>(resolve => {
      release = resolve
    })
  }
  const write = createTyping(type, sentence => failures.push(sentence))
  const all = write('a')
  await write('b')
  await write('c')
  t.strictSame(sent, ['a'])
  release()
  await until('the next', () => sent.length === 2)
  t.strictSame(sent, ['a', 'bc'])
  await write('x'.repeat(70_000))
  t.match(failures, [/More than 65,536 letters at once: nothing of it was typed/])
  release()
  await all
  const broken = createTyping(
    () => Promise.reject(new Error('it is closed')),
    sentence => failures.push(sentence),
  )
  await broken('q')
  t.equal(failures[1], 'it is closed')
})

/** A console of a program, and one host without any. */
async function serve(t: Test, says: string): Promise<Daemon> {
  return startDaemon(t, {
    admin: { tokens: [{ name: 'wall', tokenFile: './data/wall-token', scope: 'read' }] },
    consoles: { port: { command: { run: ['sh', '-c', says] } } },
    hosts: {
      node1: { mac: mac1, profile: 'debian', console: 'port' },
      node2: { mac: mac2, profile: 'debian' },
    },
  })
}

async function lookAt(t: Test, daemon: Daemon, token?: string) {
  const tab = await openTab(await openBrowser(t), daemon)
  await tab.logIn(token)
  await tab.go('#/hosts/node1')
  await tab.page.getByText('Console', { exact: true }).click()
  return { ...tab, rows: tab.page.locator('.xterm-rows') }
}

t.test('a terminal that shows what comes, and obeys no machine', { skip }, async t => {
  const evil = [
    ...['\\033]0;title\\007', '\\033]52;c;Y2xpcA==\\007', '\\033[6n\\033[c\\033[?1003h\\007'],
    '\\033]8;;http://10.77.0.9/\\033\\\\<b>link</b>\\033]8;;\\033\\\\ \\033[38;2;250;3;3mred\\033[m\\r\\n',
  ]
  const says = `printf '${evil.join('')}'; sleep 2; printf 'la\\033[1Dater'; cat > typed`
  const daemon = await serve(t, says)
  const { page, problems, go, rows } = await lookAt(t, daemon)
  await rows.filter({ hasText: '<b>link</b> red' }).waitFor()
  await rows.filter({ hasText: 'later' }).waitFor()
  await page.getByText('open · port').waitFor()
  const seen = await page.evaluate(() => ({
    title: document.title,
    links: document.querySelectorAll('.xterm a, .xterm [href]').length,
    red: [...document.querySelectorAll('.xterm-rows span')].some(
      span => span.textContent === 'red' && getComputedStyle(span).color !== 'rgb(22, 33, 30)',
    ),
  }))
  t.match(seen, { title: /Bootwright/, links: 0, red: true })
  t.notMatch(await rows.textContent(), /title|Y2xp/)
  await page.locator('.xterm-screen').click({ position: { x: 30, y: 8 } })
  await page.keyboard.type('nothing of this')
  t.equal(readFileSync(join(daemon.folder, 'typed'), 'utf8'), '', 'and answers it nothing')
  t.equal(page.context().pages().length, 1, 'nothing was opened')

  await page.getByLabel('Show').selectOption('all that is kept, as text')
  await page
    .getByLabel('Output')
    .filter({ hasText: /<b>link<.b> red\s+laater/ })
    .waitFor()
  await go('#/hosts/node2')
  await page.getByRole('button', { name: 'Install …', exact: true }).waitFor()
  t.equal(await page.getByText('Console', { exact: true }).count(), 0, 'it has none')
  t.strictSame(problems, [])
})

t.test('typing is asked for, goes to the machine, and is left by keys', { skip }, async t => {
  const daemon = await serve(t, 'echo login:; while read line; do echo "you said $line"; done')
  const { page, problems, rows } = await lookAt(t, daemon)
  await rows.filter({ hasText: 'login:' }).waitFor()
  const button = page.getByRole('button', { name: 'Type …' })
  await button.click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Only look' }).click()
  await dialog.waitFor({ state: 'detached' })
  t.equal(await button.getAttribute('aria-pressed'), 'false')
  await button.click()
  await dialog.getByRole('button', { name: 'Type at node1' }).click()
  await dialog.waitFor({ state: 'detached' })
  await page.keyboard.type('ro')
  await page.keyboard.press('Tab')
  await page.keyboard.type('ot')
  // Of a pipe, which makes no line end of Enter.
  await page.keyboard.press('Control+J')
  await rows.filter({ hasText: /you said ro\s*ot/ }).waitFor()

  await page.keyboard.press('Shift+Tab')
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim())
  t.equal(await focused(), 'Stop typing', 'out of the terminal')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Type …' }).waitFor()
  const { entries } = await daemon.get<{ entries: { text: string }[] }>('/admin-log')
  t.match(entries[0], { text: 'types at the console of node1' })
  t.notMatch(JSON.stringify(entries), 'root')
  t.strictSame(problems, [])
})

t.test('keys lead through a terminal that is only read, and past it', { skip }, async t => {
  const daemon = await serve(t, 'seq 1 300; sleep 600')
  const { page, problems, rows } = await lookAt(t, daemon, tokenOf(daemon, 'wall-token'))
  await rows.filter({ hasText: '300' }).waitFor()
  t.equal(await page.getByRole('button', { name: 'Type …' }).isDisabled(), true)
  await page.locator('.xterm textarea').focus()
  await page.keyboard.press('Home')
  await rows.filter({ hasText: /^\s*1\s*2\s*3/ }).waitFor()
  await page.keyboard.press('Tab')
  t.equal(
    await page.evaluate(() => document.activeElement?.closest('.xterm') === null),
    true,
    'Tab leaves it',
  )
  const size = () => rows.locator('> div').count()
  const before = await size()
  await page.locator('.console-terminal').evaluate(box => {
    box.style.height = '700px'
  })
  await until('more rows', async () => (await size()) > before)
  await page.setViewportSize({ width: 390, height: 800 })
  await until('80 columns in a narrow window', () =>
    page.evaluate(() => {
      const box = document.querySelector('.console-terminal')
      return box !== null && box.scrollWidth > box.clientWidth && box.clientWidth < 390
    }),
  )
  t.strictSame(problems, [])
})

t.test('what each boot of an install wrote', { skip }, async t => {
  const daemon = await serve(t, 'sleep 600')
  const kept = (name: string, text: string) => daemon.write(`data/consoles/node1/${name}`, text)
  kept('000000000000000.01ABC.1', 'no disk\r\n')
  kept('000000000000009.01ABC.2', 'all is well\r\n')
  const { page, problems } = await lookAt(t, daemon)
  const choice = page.getByLabel('Show')
  await choice.locator('option', { hasText: 'Attempt 2' }).waitFor({ state: 'attached' })
  t.strictSame(await choice.locator('option').allTextContents(), [
    ...['the terminal', 'all that is kept, as text'],
    ...['Attempt 2 of 01ABC', 'Attempt 1 of 01ABC'],
  ])
  await choice.selectOption('Attempt 1 of 01ABC')
  await page.getByLabel('Output').filter({ hasText: 'no disk' }).waitFor()
  t.notMatch(await page.getByLabel('Output').textContent(), /well/)
  t.strictSame(problems, [])
})
