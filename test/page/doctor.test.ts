import { rmSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openDhcpWire, tftpGet } from '../daemon/client.ts'
import { makeDaemon } from '../daemon/daemon.ts'
import { ask, makeMachine } from '../daemon/machine.ts'
import { mac1 } from '../daemon/settings.ts'
import { fileTimeout } from '../patience.ts'
import { browserObstacle, openBrowser, openTab } from './browser.ts'

const skip = browserObstacle
t.setTimeout(fileTimeout(5))

/** A machine that is due, and somebody who looks at its page and knows nothing else. */
async function puzzled(t: Test) {
  const daemon = await makeDaemon(t)
  daemon.write('assets/loaders/snponly.efi', Buffer.alloc(70_000, 'loader'))
  await daemon.start()
  const wire = await openDhcpWire(t, daemon.ports)
  const machine = makeMachine(daemon, wire, mac1, { arch: 'x64-efi' })
  const { page, problems, logIn, go } = await openTab(await openBrowser(t), daemon)
  await logIn()
  await go('#/hosts/node1')
  await page.getByText('Nothing yet').waitFor()
  await ask(daemon, 'node1')
  return {
    daemon,
    machine,
    page,
    problems,
    wrong: page.getByRole('region', { name: 'What is wrong' }),
  }
}

t.test('a missing image: the page says which file, and what to do', { skip }, async t => {
  const { daemon, machine, page, problems, wrong } = await puzzled(t)
  t.equal(await wrong.count(), 0, 'nothing is wrong yet')
  await machine.lease()
  await machine.lease('ipxe')
  const { text } = await machine.script()
  rmSync(join(daemon.folder, 'assets/images/initrd'))
  t.match(await machine.fetch(/^initrd --name initrd0 (\S+)/m.exec(text)?.[1] ?? ''), {
    status: 404,
  })
  await wrong.getByRole('heading', { name: /a file that is not there.*initrd/ }).waitFor()
  t.match(await wrong.textContent(), /Put the file where the config says/)
  await page
    .getByRole('region', { name: 'What happened' })
    .getByText(/initrd not served/)
    .waitFor()
  t.strictSame(problems, [])
})

t.test('a loader that the firmware does not start', { skip }, async t => {
  const { daemon, machine, page, problems, wrong } = await puzzled(t)
  const { file } = await machine.lease()
  await tftpGet(daemon.ports.tftp, file, machine.address())
  // TFTP has threads of its own: on a busy machine the end of the file could be noticed after what follows.
  await page
    .getByRole('region', { name: 'What happened' })
    .getByText(/snponly\.efi sent/)
    .waitFor()
  await machine.lease()
  await wrong.getByRole('heading', { name: /Secure Boot may have refused snponly\.efi/ }).waitFor()
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Its last packets (pcap)' }).click()
  t.equal((await download).suggestedFilename(), 'packets.pcap')
  t.strictSame(problems, [])
})
