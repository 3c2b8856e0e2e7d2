import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { IpmiWay } from '../../src/boot/power.ts'
import { ipmitool, verdictOf } from '../../src/power/ipmi-tools.ts'
import { makeFolder } from '../folder.ts'
import { machine, openDesk, said } from './desk.ts'
import { ipmiSim, startBmc } from './ipmi-bmc.ts'
import { freeUdpPort } from './udp-port.ts'

const programs = [ipmiSim, '/usr/bin/ipmitool']
const skip = !programs.every(file => existsSync(file)) && 'needs the packages openipmi and ipmitool'

const node1 = machine('node1', { by: 'bmc', address: '127.0.0.1' })

t.test('a BMC switches its machine, by the suite that it knows', { skip }, async t => {
  const { way, log } = await startBmc(t)
  const { desk } = openDesk(t, [way], { rest: ms => new Promise(done => setTimeout(done, ms)) })
  t.equal(said(await desk.run(node1, 'status')), 'off')
  t.equal(said(await desk.run(node1, 'on')), 'on')
  t.equal(said(await desk.run(node1, 'cycle')), 'on')
  t.match(log(), /set power 0 ?\n(?:get power ?\n)*set power 1/)
  t.equal(said(await desk.run(node1, 'off')), 'off')
})

t.test('next boot from the network is set and read back, before it is reset', { skip }, async t => {
  const { way, log } = await startBmc(t)
  const rest = (ms: number) => new Promise<void>(done => setTimeout(done, ms))
  const { desk } = openDesk(t, [way], { rest })
  const firmware = { mode: 'uefi', door: 'pxe' } as const
  const plan = { again: false, firmware, isWanted: () => true }
  t.strictSame(await desk.start(node1, plan, async () => false), undefined)
  t.notMatch(log(), 'set')
  t.match(await desk.start(node1, plan, async () => true), { ok: true, state: 'on' })
  t.match(log(), /set boot pxe\n(?:.*\n)*get boot ?\n(?:.*\n)*set power 1/)
})

t.test('a wrong password, a suite it does not know, nobody there', { skip }, async t => {
  const { way, folder, log } = await startBmc(t)
  const ask = async (more: Partial<IpmiWay>, address = '127.0.0.1') => {
    const { desk } = openDesk(t, [{ ...way, ...more }])
    return said(await desk.run(machine('node1', { by: 'bmc', address }), 'on'))
  }
  t.match(
    await ask({ passwordFile: join(folder, 'wrong') }),
    /refuses the user admin or the password$/,
  )
  t.match(await ask({ user: 'nobody' }), /refuses the user nobody or the password$/)
  t.match(await ask({ cipher: 17 }), /refuses the cipher suite: write another `cipher`$/)
  t.match(await ask({}, 'no-such-name.invalid'), /cannot be reached: nobody knows this name$/)
  t.match(await ask({ port: await freeUdpPort() }), /cannot be reached: it does not answer$/)
  t.match(await ask({ passwordFile: join(folder, 'none') }), /none cannot be used: ENOENT$/)
  t.notMatch(log(), 'set power')
})

/** A desk whose ipmitool is this script, with HOME where it lies. */
function withTool(t: Test, script: string) {
  const folder = makeFolder(t, { ipmitool: `#!/bin/sh\n${script}\n`, password: 'secret\n' })
  chmodSync(join(folder, 'ipmitool'), 0o755)
  const { PATH, HOME } = process.env
  t.teardown(() => Object.assign(process.env, { PATH, HOME }))
  Object.assign(process.env, { PATH: `${folder}:${PATH}`, HOME: folder })
  const way: IpmiWay = {
    ...{ kind: 'ipmi', name: 'bmc', user: 'admin', passwordFile: join(folder, 'password') },
    ...{ port: 623, privilege: 'operator' },
  }
  return { folder, desk: openDesk(t, [way]).desk }
}

t.test('the password is on no command line', async t => {
  const { folder, desk } = withTool(t, 'echo "$@" >> "$HOME/args"; echo Chassis Power is on')
  t.equal(said(await desk.run(node1, 'on')), 'on')
  const args = readFileSync(join(folder, 'args'), 'utf8')
  t.match(
    args,
    '-I lanplus -H 127.0.0.1 -p 623 -U admin -E -L OPERATOR -N 1 -R 2 -v -C 17 chassis power on',
  )
  t.notMatch(args, 'secret')
})

t.test('what a BMC makes ipmitool say moves no terminal, and most of it is forgotten', async t => {
  const codes = withTool(t, "printf '\\033[2JBad \\033]0;x\\007answer\\r\\n' >&2; exit 1")
  const refusal = '127.0.0.1:623 refuses chassis power status: Bad answer'
  t.equal(said(await codes.desk.run(node1, 'status')), refusal)
  const much = withTool(t, 'echo Chassis Power is off; head -c 2000000 /dev/zero')
  t.equal(said(await much.desk.run(node1, 'status')), 'off')
})

/** What ipmitool 1.8.19 writes with -v, and what of it counts. */
const end = '\nError: Unable to establish IPMI v2 / RMCP+ session\n'
const endings: readonly [string, string, string][] = [
  ['a wrong password', '> RAKP 2 HMAC is invalid', 'login'],
  ['no such user', 'RAKP 2 message indicates an error : unauthorized name', 'login'],
  [
    'a wrong password that the BMC sees',
    '> RAKP 4 message has invalid integrity check value',
    'login',
  ],
  [
    'a suite it does not know',
    'Error in open session response message : invalid authentication algorithm\n',
    'suite',
  ],
  [
    'a suite it does not know, elsewhere',
    'Error in open session response message : no cipher suite match with proposed security algorithms',
    'suite',
  ],
  [
    'a user who may not',
    'RAKP 2 message indicates an error : unauthorized role requested',
    'privilege',
  ],
  [
    'all sessions taken',
    'Error in open session response message : insufficient resources for session',
    'busy',
  ],
  ['no answer to the user', '> Error: no response from RAKP 1 message', 'mute'],
  [
    'nobody there',
    'Get Auth Capabilities error\nError issuing Get Channel Authentication Capabilities request',
    'nobody',
  ],
]
for (const [what, text, verdict] of endings) {
  t.test(`${what}: ${verdict}`, async t => t.equal(verdictOf(`${text}${end}`, ipmitool), verdict))
}
t.test('what is no matter of the session', async t => {
  t.equal(
    verdictOf('Set Chassis Power Control to Up/On failed: Command not supported', ipmitool),
    'other',
  )
})
