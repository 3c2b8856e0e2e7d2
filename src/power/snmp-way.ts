import type snmpTypes from 'net-snmp'
import { oneLine } from '../base/printable.ts'
import type { PowerState, SnmpWay } from '../boot/power.ts'
import { bmcAddress } from './bmc-tls.ts'
import { type Power, PowerError, type PowerTarget, type WayDeps } from './power.ts'
import { readSecret } from './secret.ts'
import { outletIndex, type SnmpModel, snmpModels } from './snmp-models.ts'

/** For one answer, and how often it is asked again. */
const patienceMs = 2000
const retries = 2

/** Power by an outlet of a PDU, or a port of a PoE switch, by SNMP (RFC 3416). */
export function snmpPower(
  way: SnmpWay,
  { address = '', outlet = '' }: PowerTarget,
  { signal }: WayDeps,
): Power {
  const model: SnmpModel = snmpModels[way.model]
  const index = outletIndex(model, outlet)
  const oidOf = (column: string) => `${column}.${index}`
  const at = bmcAddress(address, way.port)
  const ask = (varbind: Varbind, what: string) =>
    askOnce(way, address, varbind, { at, what, signal })
  const set = async ({ oid, value }: { oid: string; value: number }, what: string) => {
    await ask({ oid: oidOf(oid), value }, what)
  }
  return {
    async status(): Promise<PowerState> {
      const { oid, on, off } = model.state
      const is = await ask({ oid: oidOf(oid) }, `the state of outlet ${outlet}`)
      return is === on ? 'on' : is === off ? 'off' : 'changing'
    },
    on: () => set(model.on, `on for outlet ${outlet}`),
    off: () => set(model.off, `off for outlet ${outlet}`),
    pause: way.pause,
  }
}

interface Varbind {
  readonly oid: string
  /** An INTEGER that is written; without it its value is read. */
  readonly value?: number
}

interface SnmpCall {
  /** `address:port` */
  readonly at: string
  readonly what: string
  readonly signal: AbortSignal
}

async function askOnce(
  way: SnmpWay,
  host: string,
  varbind: Varbind,
  call: SnmpCall,
): Promise<unknown> {
  // Only who has such a PDU loads it.
  const { default: snmp } = await import('net-snmp')
  const session = await openSession(way, host, snmp)
  const { signal } = call
  const over = new AbortController()
  try {
    return await new Promise<unknown>((resolve, reject) => {
      const stop = () => reject(new Error('the daemon stops'))
      if (signal.aborted) stop()
      signal.addEventListener('abort', stop, { signal: over.signal })
      // Of its socket: no such name, no way to it.
      session.on('error', reject)
      const done = (error: Error | null, varbinds?: { type?: number; value?: unknown }[]) => {
        const [first] = varbinds ?? []
        if (error) reject(error)
        else if (!first || snmp.isVarbindError(first as snmpTypes.Varbind))
          reject(new Error('it has none such'))
        else resolve(first.value)
      }
      const { oid, value } = varbind
      if (value === undefined) session.get([oid], done)
      else session.set([{ oid, type: snmp.ObjectType.Integer, value }], done)
    })
  } catch (error) {
    throw new PowerError(whyNot(error as Error, way, call))
  } finally {
    over.abort()
    session.close()
  }
}

async function openSession(
  way: SnmpWay,
  host: string,
  snmp: typeof snmpTypes,
): Promise<snmpTypes.Session> {
  const transport = host.includes(':') ? 'udp6' : 'udp4'
  const options = { port: way.port, timeout: patienceMs, retries, transport } as const
  const { login } = way
  if (login.version !== 3) {
    const version = login.version === 1 ? snmp.Version1 : snmp.Version2c
    return snmp.createSession(host, await readSecret(login.communityFile), { ...options, version })
  }
  const { user: name, passwordFile, privacyFile } = login
  const authKey = await readSecret(passwordFile)
  const auth = { name, authProtocol: snmp.AuthProtocols.sha, authKey }
  const { authNoPriv, authPriv } = snmp.SecurityLevel
  const user =
    privacyFile === undefined
      ? { ...auth, level: authNoPriv }
      : {
          ...{ ...auth, level: authPriv },
          ...{ privProtocol: snmp.PrivProtocols.aes, privKey: await readSecret(privacyFile) },
        }
  return snmp.createV3Session(host, user, { ...options, version: snmp.Version3 })
}

/** SNMP answers a wrong community with silence. */
function whyNot(error: Error, { login }: SnmpWay, { at: address, what }: SnmpCall) {
  const { name, message } = error
  const code = (error as NodeJS.ErrnoException).code
  if (name === 'RequestTimedOutError') {
    const silent =
      login.version === 3 ? 'it does not answer' : 'it does not answer, or not to this community'
    return { code: 'bmc-unreachable', address, error: silent } as const
  }
  if (code === 'ENOTFOUND')
    return { code: 'bmc-unreachable', address, error: 'nobody knows this name' } as const
  if (
    name === 'ResponseInvalidError' &&
    login.version === 3 &&
    /auth|digest|user|key/i.test(message)
  ) {
    return { code: 'bmc-login', address, user: login.user } as const
  }
  return { code: 'bmc-refused', address, what, error: oneLine(message).slice(0, 200) } as const
}
