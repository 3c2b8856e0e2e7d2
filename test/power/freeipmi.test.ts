import { chmodSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { IpmiWay } from '../../src/boot/power.ts'
import { freeIpmi, verdictOf } from '../../src/power/ipmi-tools.ts'
import { makeFolder } from '../folder.ts'
import { machine, openDesk, said } from './desk.ts'
import { ipmiSim, startBmc } from './ipmi-bmc.ts'
import { onlyPrograms } from './only-programs.ts'
import { freeUdpPort } from './udp-port.ts'

const tools = ['ipmipower', 'ipmi-raw'].map(name => `/usr/sbin/${name}`)
const skip =
  ![ipmiSim, ...tools].every(file => existsSync(file)) &&
  'needs the packages openipmi and freeipmi-tools'

const node1 = machine('node1', { by: 'bmc', address: '127.0.0.1' })
const patient = { rest: (ms: number) => new Promise<void>(done => setTimeout(done, ms)) }

async function startWithout(t: Test) {
  const bmc = await startBmc(t)
  onlyPrograms(t, folder => {
    for (const tool of tools) symlinkSync(tool, join(folder, tool.split('/').at(-1) ?? ''))
  })
  return bmc
}

t.test('where there is no ipmitool a BMC is switched by FreeIPMI', { skip }, async t => {
  const { way, log } = await startWithout(t)
  const { desk } = openDesk(t, [way], patient)
  t.equal(said(await desk.run(node1, 'status')), 'off')
  t.equal(said(await desk.run(node1, 'on')), 'on')
  t.equal(said(await desk.run(node1, 'cycle')), 'on')
  t.equal(said(await desk.run(node1, 'off')), 'off')
  const plan = {
    again: false,
    firmware: { mode: 'uefi', door: 'pxe' } as const,
    isWanted: () => true,
  }
  t.match(await desk.start(node1, plan, async () => true), { ok: true, state: 'on' })
  t.match(log(), /set boot pxe\n(?:.*\n)*get boot ?\n(?:.*\n)*set power 1/)
})

t.test('what goes wrong is told as with ipmitool', { skip }, async t => {
  const { way, folder, log } = await startWithout(t)
  const ask = async (more: Partial<IpmiWay>, address = '127.0.0.1') => {
    const { desk } = openDesk(t, [{ ...way, ...more }])
    return said(await desk.run(machine('node1', { by: 'bmc', address }), 'on'))
  }
  const login = /refuses the user (?:admin|nobody) or the password$/
  t.match(await ask({ passwordFile: join(folder, 'wrong') }), login)
  t.match(await ask({ user: 'nobody' }), login)
  t.match(await ask({ cipher: 17 }), /refuses the cipher suite: write another `cipher`$/)
  t.match(await ask({}, 'no-such-name.invalid'), /cannot be reached: nobody knows this name$/)
  t.match(await ask({ port: await freeUdpPort() }), /cannot be reached: it does not answer$/)
  t.notMatch(log(), 'set power')
})

t.test('the password is on no command line, and what is said is printable', async t => {
  const password = join(makeFolder(t, { password: 'secret\n' }), 'password')
  const log = join(t.testdirName, 'log')
  onlyPrograms(t, folder => {
    const script = `#!/bin/sh\nread -r line; echo "$line" "$@" >> ${log}\nprintf '127.0.0.1: \\033[2Jbad\\n'\n`
    writeFileSync(join(folder, 'ipmipower'), script)
    chmodSync(join(folder, 'ipmipower'), 0o755)
  })
  const way: IpmiWay = {
    ...{ kind: 'ipmi', name: 'bmc', user: 'admin', passwordFile: password },
    ...{ port: 623, privilege: 'operator', cipher: 3 },
  }
  const { desk } = openDesk(t, [way])
  t.equal(
    said(await desk.run(node1, 'on')),
    '127.0.0.1:623 refuses chassis power on: 127.0.0.1: bad',
  )
  t.match(readFileSync(log, 'utf8'), /^secret -h 127\.0\.0\.1:623 .*-P -I 3 -l OPERATOR .*--on$/m)
})

t.test('neither of them', async t => {
  const password = join(makeFolder(t, { password: 'secret\n' }), 'password')
  onlyPrograms(t, () => {})
  const way: IpmiWay = {
    ...{ kind: 'ipmi', name: 'bmc', user: 'admin', passwordFile: password },
    ...{ port: 623, privilege: 'operator' },
  }
  const sentence = 'ipmitool: there is no such program, nor FreeIPMI'
  t.equal(said(await openDesk(t, [way]).desk.run(node1, 'status')), sentence)
})

t.test('what it says, and what it answers', async t => {
  const rows = [
    ['bmc: privilege level cannot be obtained for this user', 'privilege'],
    ['ipmi-raw: cipher suite id unavailable', 'suite'],
    ['bmc: BMC busy', 'busy'],
    ['bmc: session timeout', 'mute'],
    ['bmc: k_g invalid', 'login'],
    ['rcvd: 09 C1', 'other'],
  ] as const
  for (const [text, verdict] of rows) t.equal(verdictOf(text, freeIpmi), verdict, text)
  const raw = { kind: 'raw', bytes: [] } as const
  t.equal(
    freeIpmi.answerIn('rcvd: 09 00 01 05 00 04 00 00 00 \n', raw)?.trim(),
    '01 05 00 04 00 00 00',
  )
  t.equal(freeIpmi.answerIn('rcvd: 09 C1 \n', raw), undefined)
  t.equal(freeIpmi.answerIn('', raw), undefined)
  const power = { kind: 'power', verb: 'status' } as const
  t.equal(freeIpmi.answerIn('bmc: BMC error\n', power), undefined)
})
