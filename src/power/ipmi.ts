import type { Firmware, IpmiWay, PowerState } from '../boot/power.ts'
import type { Reason } from '../boot/reason.ts'
import { bmcAddress } from './bmc-tls.ts'
import { loginReason, suitesOf, wantsAnotherSuite } from './ipmi-login.ts'
import {
  freeIpmi,
  type IpmiDeed,
  type IpmiTool,
  ipmitool,
  ipmiWords,
  verdictOf,
} from './ipmi-tools.ts'
import { type Power, PowerError, type PowerTarget, type WayDeps } from './power.ts'
import { lastLine, type Ran, runProgram } from './program.ts'
import { readSecret } from './secret.ts'

/** Seconds for one call; the programs themselves give up after some 7. */
const patience = 20

type Ask = (deed: IpmiDeed) => Promise<string>

/**
 * Power by a BMC that speaks IPMI 2.0 over the LAN, through ipmitool, else FreeIPMI. The password never is on
 * a command line.
 */
export function ipmiPower(way: IpmiWay, target: PowerTarget, deps: WayDeps): Power {
  const run: Ask = deed => ask(deed, way, target, deps)
  return {
    async status(): Promise<PowerState> {
      const said = /(?:Chassis Power is|:) (on|off)\s*$/m.exec(
        await run({ kind: 'power', verb: 'status' }),
      )?.[1]
      return said === 'on' || said === 'off' ? said : 'unknown'
    },
    async on() {
      await run({ kind: 'power', verb: 'on' })
    },
    async off() {
      await run({ kind: 'power', verb: 'off' })
    },
    async cycle() {
      await run({ kind: 'power', verb: 'cycle' })
      return true
    },
    async shutDown() {
      await run({ kind: 'power', verb: 'soft' })
    },
    netboot: firmware => netboot(firmware, run),
  }
}

/** The boot flags of Set System Boot Options: parameter 5, whose second byte names the device (table 28-14). */
const bootFlags = 5
const devices = ['as the firmware likes', 'the network', 'the disk', 'the disk in safe mode']

/**
 * The network is the next boot, once. BMCs forget that after 60 s unless they are told not to (parameter 3),
 * and a POST may take longer; those that do not know that refuse it, and are right.
 */
async function netboot(firmware: Firmware | undefined, run: Ask): Promise<Reason | undefined> {
  await run({ kind: 'raw', bytes: [0x00, 0x08, 0x03, 0x08] }).catch(ignoreRefusal)
  await run({ kind: 'netboot', isUefi: firmware?.mode === 'uefi' })
  const read = { kind: 'raw', bytes: [0x00, 0x09, bootFlags, 0x00, 0x00] } as const
  const flags = await run(read).catch(ignoreRefusal)
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
  deed: IpmiDeed,
  way: IpmiWay,
  { address = '' }: PowerTarget,
  { signal }: WayDeps,
): Promise<string> {
  const { user, port, privilege } = way
  const login = { address, port, user, privilege, password: await readSecret(way.passwordFile) }
  const tried = suitesOf(way)
  let tool: IpmiTool = ipmitool
  for (const [n, suite] of tried.entries()) {
    let ran = await runTool(tool, deed, { ...login, suite }, signal)
    if (!ran.ok && ran.isMissing && tool === ipmitool) {
      tool = freeIpmi
      ran = await runTool(tool, deed, { ...login, suite }, signal)
    }
    if (ran.ok) return ran.stdout
    if (ran.isMissing) throw noProgram('there is no such program, nor FreeIPMI')
    const verdict = verdictOf(ran.stderr, tool)
    if (n < tried.length - 1 && wantsAnotherSuite(verdict)) continue
    throw new PowerError(
      loginReason(verdict, way, address) ?? otherReason(ran, way, address, ipmiWords(deed)),
    )
  }
  throw noProgram('nothing was tried')
}

function noProgram(error: string): PowerError {
  return new PowerError({ code: 'power-program', program: 'ipmitool', error })
}

/** What the BMC answered; what the program says otherwise is in `stderr`, wherever it wrote that. */
async function runTool(
  tool: IpmiTool,
  deed: IpmiDeed,
  login: Parameters<IpmiTool['commandOf']>[1],
  signal: AbortSignal,
): Promise<Ran> {
  const { run, ...more } = tool.commandOf(deed, login)
  const ran = await runProgram(run, { timeout: patience, signal, ...more })
  const answer = ran.ok ? tool.answerIn(ran.stdout, deed) : undefined
  if (!ran.ok) return { ...ran, stderr: `${ran.stderr}${ran.stdout ?? ''}` }
  if (answer !== undefined) return { ok: true, stdout: answer }
  const error = lastLine(ran.stdout)
  return { ok: false, error, stderr: ran.stdout }
}

function otherReason(
  { stderr, error }: Extract<Ran, { ok: false }>,
  { port }: IpmiWay,
  address: string,
  what: string,
): Reason {
  if (stderr === '') return { code: 'power-program', program: 'ipmitool', error }
  return { code: 'bmc-refused', address: bmcAddress(address, port), what, error }
}
