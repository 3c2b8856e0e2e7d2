import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { CIM } from '@device-management-toolkit/wsman-messages'
import t, { type Test } from 'tap'
import { printable } from '../../src/base/printable.ts'
import type { AmtWay } from '../../src/boot/power.ts'
import { createPins } from '../../src/power/pins.ts'
import { leavesIn, textIn } from '../../src/power/wsman-answer.ts'
import { type AmtWays, startAmt } from './amt-service.ts'
import { badBmcs, endlessBmcs } from './bad-bmcs.ts'
import { machine, openDesk, said } from './desk.ts'

const node1 = machine('node1', { by: 'amt', address: '127.0.0.1' })
const plan = { again: false, isWanted: () => true }
const now = async () => true

async function open(t: Test, ways: AmtWays = {}, more: Partial<AmtWay> = {}) {
  const amt = await startAmt(t, ways)
  const way: AmtWay = {
    ...{ kind: 'amt', name: 'amt', user: 'admin', port: amt.port },
    passwordFile: join(amt.folder, 'password'),
    ...(ways.tls && { trust: { kind: 'pinned' } }),
    ...more,
  }
  const { desk } = openDesk(t, [way], { pins: createPins(join(amt.folder, 'pins')) })
  return { amt, desk }
}

for (const tls of [false, true]) {
  t.test(`AMT switches its machine, ${tls ? 'by HTTPS' : 'by HTTP'}`, async t => {
    const { amt, desk } = await open(t, { tls })
    t.equal(said(await desk.run(node1, 'status')), 'off')
    t.equal(said(await desk.run(node1, 'on')), 'on')
    t.equal(said(await desk.run(node1, 'on')), 'on', 'it is so already')
    t.equal(said(await desk.run(node1, 'cycle')), 'on')
    t.equal(said(await desk.run(node1, 'off')), 'off')
    const states = amt.changes.map(change => change.split(' ').at(-1))
    t.strictSame(states, ['2', '2', '10', '8'])
    t.match(
      await desk.certificates(node1),
      tls ? { ok: true, kept: /^[0-9A-F:]+$/ } : { ok: false },
    )
  })
}

t.test('the next boot is from the network, once, whatever was set before', async t => {
  const { amt, desk } = await open(t)
  t.match(await desk.start(node1, plan, now), { ok: true, state: 'on', switchedOn: true })
  t.equal(amt.machine.booted, 'Intel(r) AMT: Force PXE Boot')
  t.match(amt.machine.settings, { BIOSSetup: 'false', UseIDER: 'false', BootMediaIndex: '0' })
  t.strictSame(amt.changes, [
    'CIM_BootConfigSetting ChangeBootOrder -',
    'AMT_BootSettingData Put',
    'CIM_BootService SetBootConfigRole 1',
    'CIM_BootConfigSetting ChangeBootOrder Intel(r) AMT: Force PXE Boot',
    'CIM_PowerManagementService RequestPowerStateChange 2',
  ])
  await desk.run(node1, 'cycle')
  t.equal(amt.machine.booted, 'its disk')
})

t.test('a system that cannot be asked to shut down is switched off', async t => {
  const { amt, desk } = await open(t)
  amt.machine.power = 2
  t.match(await desk.shutDown(node1, now), { ok: true, state: 'off' })
})

t.test('a nonce that is too old is no wrong password, which is asked once', async t => {
  const old = await open(t, { noncesFor: 1 })
  t.equal(said(await old.desk.run(node1, 'on')), 'on')
  let asked = 0
  const wrong = await open(t, {
    answer: () => {
      asked += 1
      return false
    },
  })
  const passwordFile = join(wrong.amt.folder, 'wrong')
  const { desk } = openDesk(t, [
    { kind: 'amt', name: 'amt', user: 'admin', port: wrong.amt.port, passwordFile },
  ])
  t.match(said(await desk.run(node1, 'on')), /refuses the user admin or the password$/)
  t.equal(asked, 2, 'the first has no password in it')
})

t.test('what it refuses is told in its words', async t => {
  const { amt, desk } = await open(t)
  amt.machine.power = 6
  amt.machine.settings.WinREBootEnabled = ''
  t.match(said(await desk.run(node1, 'off')), 'off')
  const faulty = await open(t, {
    answer: (_, response) => {
      response.writeHead(400).end('<a:Text xml:lang="en-US">\u001b[2Jno\u0007 such class</a:Text>')
      return true
    },
  })
  const sentence = said(await faulty.desk.run(node1, 'status'))
  t.match(sentence, /refuses the power: .*such class$/)
  t.equal(printable(sentence), sentence)
})

for (const { what, answer } of badBmcs) {
  t.test(`an AMT that ${what}`, async t => {
    const { desk } = await open(t, { answer })
    const outcome = said(await desk.run(node1, 'status'))
    t.equal(printable(outcome), outcome, outcome)
    t.notMatch(outcome, /^(on|off|unknown)$/)
  })
}

for (const { what, answer, sentence } of endlessBmcs) {
  t.test(`an AMT that ${what} is given up`, async t => {
    const { port, folder } = await startAmt(t, { answer })
    const passwordFile = join(folder, 'password')
    const way = { kind: 'amt', name: 'amt', user: 'admin', port, passwordFile } as const
    const { desk } = openDesk(t, [way], { signal: AbortSignal.timeout(300) })
    t.match(said(await desk.run(node1, 'status')), sentence)
  })
}

t.test('curl is let in by the service beside this test, too', async t => {
  const { port } = await startAmt(t)
  const xml = new CIM.Messages().ServiceAvailableToElement.Enumerate()
  const asked = [
    '-s',
    '--digest',
    '-u',
    'admin:secret',
    '-d',
    xml,
    `http://127.0.0.1:${port}/wsman`,
  ]
  const { stdout } = await promisify(execFile)('curl', asked)
  t.match(stdout, '<g:EnumerationContext>')
})

t.test('what is read of an answer', async t => {
  t.equal(textIn('<g:A>1</g:A>', 'A'), '1')
  t.equal(textIn('<A x="y" >2</A>', 'A'), '2')
  for (const none of ['', '<AB>1</AB>', '<A', '<A>', '<A><B>1</B></A>'.repeat(0)]) {
    t.equal(textIn(none, 'A'), undefined, none)
  }
  const xml = '<h:S><h:X>1</h:X><h:Y/><h:Z></h:Z></h:S><h:X>2</h:X>'
  t.strictSame(
    [...leavesIn(xml, 'S')],
    [
      ['X', '1'],
      ['Z', ''],
    ],
  )
  t.equal(leavesIn('', 'S').size, 0)
  t.equal(textIn('<A '.repeat(300_000), 'A'), undefined, 'in no time')
  t.equal(leavesIn(`<S>${'<X '.repeat(300_000)}`, 'S').size, 0)
})
