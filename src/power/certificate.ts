import { connect, type PeerCertificate } from 'node:tls'
import { oneLine } from '../base/printable.ts'
import type { Host } from '../boot/host.ts'
import type { AmtWay, HostPower, PowerWay, RedfishWay } from '../boot/power.ts'
import { throughEach } from '../boot/power-chain.ts'
import type { Reason } from '../boot/reason.ts'
import { whyNoAnswer } from './answer.ts'
import { bmcAddress } from './bmc-tls.ts'

/** Seconds to a whole TLS handshake. */
const patience = 10

/** What a BMC shows who it is. */
export interface BmcCertificate {
  /** SHA-256, as OpenSSL prints it. */
  readonly fingerprint: string
  /** One printable line; anybody may write anything in it. */
  readonly subject: string
  /** When it ends, as it says: most of BMCs have ended long ago. */
  readonly until: string
}

/** A BMC whose certificate is kept. */
export interface Pinned {
  readonly ok: true
  readonly way: RedfishWay | AmtWay
  readonly host: string
  /** `address:port` */
  readonly address: string
}

/** The BMC of a host whose certificate is kept, or why there is none. */
export function pinnedBmc(
  host: Host,
  way: (name: string) => PowerWay | undefined,
): Pinned | { readonly ok: false; readonly why: Reason } {
  const [bmc] = throughEach(host).flatMap(({ power }) => pinnedIn(power, way) ?? [])
  return bmc ?? { ok: false, why: { code: 'no-pinned-bmc', host: host.name } }
}

function pinnedIn(
  power: HostPower | undefined,
  way: (name: string) => PowerWay | undefined,
): Pinned | undefined {
  const its = power && way(power.by)
  const host = power?.address
  if ((its?.kind !== 'redfish' && its?.kind !== 'amt') || host === undefined) return undefined
  if (its.trust?.kind !== 'pinned') return undefined
  return { ok: true, way: its, host, address: bmcAddress(host, its.port) }
}

/** The certificate that a BMC shows now; nothing is sent to it but a greeting. Throws PowerError. */
export async function shownBy({ way, host, address }: Pinned, end: AbortSignal) {
  const signal = AbortSignal.any([end, AbortSignal.timeout(patience * 1000)])
  const socket = connect({ host, port: way.port, rejectUnauthorized: false })
  try {
    return await new Promise<BmcCertificate>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason))
      socket.once('error', reject)
      socket.once('secureConnect', () => resolve(certificateOf(socket.getPeerCertificate())))
    })
  } catch (error) {
    throw whyNoAnswer(error, address, patience)
  } finally {
    socket.destroy()
  }
}

function certificateOf({ fingerprint256, subject, valid_to }: PeerCertificate): BmcCertificate {
  const names = Object.entries(subject ?? {}).map(([key, value]) => `${key}=${value}`)
  return {
    fingerprint: fingerprint256,
    subject: oneLine(names.join(', ')).slice(0, 200),
    until: oneLine(valid_to),
  }
}
