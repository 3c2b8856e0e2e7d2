import type { Firmware, IpmiWay, PowerState } from '../boot/power.ts'
import type { Reason } from '../boot/reason.ts'
import { type Power, PowerError, type PowerTarget, type WayDeps } from './power.ts'
import { type Ran, runProgram } from './program.ts'
import { readSecret } from './secret.ts'

/** Seconds for one call; ipmitool itself gives up after some 7. */
const patience = 20

/** Suites in the order of their strength: OpenBMC knows 17 alone, old boards 3 alone. */
const suites = [17, 3]

/**
 * Power by a BMC that speaks IPMI 2.0 over the LAN, through ipmitool. The password goes by its environment,
 * never on a command line. `-C` is always given: without it ipmitool asks first which suites there are, and
 * a BMC that does not answer that costs 10 s.
 */
export function ipmiPower(way: IpmiWay, target: PowerTarget, deps: WayDeps): Power {
  const run = (...words: readonly string[]) => ask(['chassis', ...words], way, target, deps)
  return {
    async status(): Promise<PowerState> {
      const said = /Chassis Power is (on|off)/.exec(await run('power', 'status'))?.[1]
      return said === 'on' || said === 'off' ? said : 'unknown'
    },
    async on() {
      await run('power', 'on')
    },
    async off() {
      await run('power', 'off')
    },
    async cycle() {
      await run('power', 'cycle')
      return true
    },
    async shutDown() {
      await run('power', 'soft')
    },
    netboot: firmware => netboot(firmware, words => ask(words, way, target, deps)),
  }
}

/** The boot flags of Set System Boot Options: parameter 5, whose second byte names the device (table 28-14). */
const bootFlags = 5
const devices = ['as the firmware likes', 'the network', 'the disk', 'the disk in safe mode']

/**
 * The network is the next boot, once. BMCs forget that after 60 s unless they are told not to (parameter 3),
 * and a POST may take longer; those that do not know that refuse it, and are right.
 */
async function netboot(
  firmware: Firmware | undefined,
  run: (words: readonly string[]) => Promise<string>,
): Promise<Reason | undefined> {
  await run(['raw', '0x00', '0x08', '0x03', '0x08']).catch(ignoreRefusal)
  const options = firmware?.mode === 'uefi' ? ['options=efiboot'] : []
  await run(['chassis', 'bootdev', 'pxe', ...options])
  const flags = await run(['raw', '0x00', '0x09', `0x0${bootFlags}`, '0x00', '0x00']).catch(
    ignoreRefusal,
  )
  const device = deviceIn(flags)
  if (device === undefined || device === 1) return undefined
  return { code: 'netboot-not-kept', is: devices[device] ?? `device ${device}` }
}

function ignoreRefusal(error: unknown): undefined {
  if (!(error instanceof PowerError) || error.why.code !== 'bmc-refused') throw error
}

/** The device in the answer of Get System Boot Options: version, parameter and five bytes, in hex. */
function deviceIn(answer: string | undefined): number | undefined {
  const [, parameter, , device] = answer?.trim().split(/\s+/) ?? []
  if (parameter === undefined || device === undefined) return undefined
  if ((Number.parseInt(parameter, 16) & 0x7f) !== bootFlags) return undefined
  return (Number.parseInt(device, 16) >> 2) & 0xf
}

async function ask(
  words: readonly string[],
  way: IpmiWay,
  { address = '' }: PowerTarget,
  { signal }: WayDeps,
): Promise<string> {
  const { user, port, privilege, cipher } = way
  const env = { IPMI_PASSWORD: await readSecret(way.passwordFile) }
  const limits = { timeout: patience, signal, env }
  const tried = cipher === undefined ? suites : [cipher]
  const level = privilege.toUpperCase()
  const where = ['-I', 'lanplus', '-H', address, '-p', String(port), '-U', user, '-E', '-L', level]
  // One second for an answer, and two more tries. Without -v it says the same whatever the reason.
  const args = [...where, '-N', '1', '-R', '2', '-v']
  for (const [n, suite] of tried.entries()) {
    const whole = ['ipmitool', ...args, '-C', String(suite), ...words]
    const ran = await runProgram(whole, limits)
    if (ran.ok) return ran.stdout
    const verdict = verdictOf(ran.stderr)
    const isLast = n === tried.length - 1
    if (!isLast && (verdict === 'suite' || verdict === 'mute')) continue
    throw errorOf(ran, verdict, way, address, words.join(' '))
  }
  throw new PowerError({ code: 'power-program', program: 'ipmitool', error: 'nothing was tried' })
}

type FailedRun = Extract<Ran, { ok: false }>

/** Why there is no session, as far as it can be told. */
type LoginVerdict =
  | 'nobody'
  | 'no-name'
  | 'login'
  | 'suite'
  | 'privilege'
  | 'busy'
  | 'mute'
  | 'other'

/**
 * What ipmitool says with -v, by the message of the session that failed (IPMI 2.0 section 13.17 and table
 * 13-15; its own texts). The first that is found counts.
 */
const verdicts: readonly [RegExp, LoginVerdict][] = [
  [/Address lookup for .* failed/, 'no-name'],
  // Asked without a session and answered without a password: who is silent here is not there.
  [/Get Auth Capabilities error|Get Channel Authentication Capabilities request/, 'nobody'],
  [/HMAC is invalid|unauthorized name|invalid integrity check value|RAKP 4 message has/, 'login'],
  [/(?:invalid|no matching) (?:auth|integrity|confid)|cipher suite/i, 'suite'],
  [/(?:unauthorized|invalid) role/, 'privilege'],
  [/insufficient resources/, 'busy'],
  // It is there and says nothing to a user or a suite that it does not know.
  [/no response from|Unable to establish IPMI v2/, 'mute'],
]

/** What the end of ipmitool means. */
export function verdictOf(stderr: string): LoginVerdict {
  return verdicts.find(([text]) => text.test(stderr))?.[1] ?? 'other'
}

function errorOf(
  { stderr, error }: FailedRun,
  verdict: LoginVerdict,
  { user, port, privilege }: IpmiWay,
  at: string,
  verb: string,
): PowerError {
  const address = `${at.includes(':') ? `[${at}]` : at}:${port}`
  const unreachable = (error: string) => new PowerError({ code: 'bmc-unreachable', address, error })
  const refused = (what: string, error: string) =>
    new PowerError({ code: 'bmc-refused', address, what, error })
  switch (verdict) {
    case 'no-name':
      return unreachable('nobody knows this name')
    case 'nobody':
      return unreachable('it does not answer')
    case 'login':
      return new PowerError({ code: 'bmc-login', address, user })
    case 'suite':
      return refused('the cipher suite', 'write another `cipher`')
    case 'privilege':
      return refused(`the privilege ${privilege}`, `the user ${user} does not have it`)
    case 'busy':
      return refused('one more session', 'all that it has are taken')
    case 'mute':
      return refused('the session', 'it says no word to this user or this cipher suite')
    case 'other':
      if (stderr !== '') return refused(verb, error)
      return new PowerError({ code: 'power-program', program: 'ipmitool', error })
  }
}
