import t from 'tap'
import { startDaemon } from '../daemon/daemon.ts'
import { mac1, mac2 } from '../daemon/settings.ts'
import { fileTimeout } from '../patience.ts'
import { browserObstacle, openBrowser, openTab } from './browser.ts'

const skip = browserObstacle
t.setTimeout(fileTimeout(3))

t.test('the last lines of a console, as text', { skip }, async t => {
  const says =
    'printf "\\033]0;title\\007\\033[31m<b>login</b>\\033[m: \\r\\n"; sleep 2; echo later; sleep 600'
  const daemon = await startDaemon(t, {
    consoles: { port: { command: { run: ['sh', '-c', says] } } },
    hosts: {
      node1: { mac: mac1, profile: 'debian', console: 'port' },
      node2: { mac: mac2, profile: 'debian' },
    },
  })
  const { page, problems, logIn, go } = await openTab(await openBrowser(t), daemon)
  await logIn()
  await go('#/hosts/node2')
  await page.getByRole('button', { name: 'Install …', exact: true }).waitFor()
  t.equal(await page.getByText('Console', { exact: true }).count(), 0, 'it has none')
  await go('#/hosts/node1')
  await page.getByText('Console', { exact: true }).click()
  const lines = page.getByLabel('Output')
  await lines.filter({ hasText: '<b>login</b>: ' }).waitFor()
  await lines.filter({ hasText: 'later' }).waitFor()
  const text = (await lines.textContent()) ?? ''
  t.notOk(
    ['title', '\x1b'].some(word => text.includes(word)),
    'no control code reaches it',
  )
  await page.getByText('open · port').waitFor()
  t.strictSame(problems, [])
})
