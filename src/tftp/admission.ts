import type { IpAddress } from '../wire/ip-address.ts'
import { type TftpRequest, tftpErrors } from '../wire/tftp-packet.ts'
import type { Counts } from './counts.ts'
import { shown } from './event.ts'
import type { TftpRefusal } from './files.ts'
import type { TftpLimits } from './limits.ts'
import { endSession, type TftpSession } from './session.ts'

/** What is refused without a look at any file, whoever asks. */
export function whyRefused({ kind, mode }: TftpRequest): TftpRefusal | undefined {
  if (kind === 'wrq') {
    return { refused: tftpErrors.accessViolation, why: { code: 'read-only' } }
  }
  if (mode === 'octet') return undefined
  return { refused: tftpErrors.undefined, why: { code: 'only-octet', mode: shown(mode) } }
}

interface Occupancy {
  readonly counts: Counts
  readonly limits: Pick<TftpLimits, 'transfers' | 'perAddress'>
}

/** Why an address gets no download more; undefined where it does. Only those with a sign of life count. */
export function whyNoPlace(
  { counts, limits }: Occupancy,
  address: IpAddress,
): TftpRefusal | undefined {
  if (counts.of(address) >= limits.perAddress) {
    return { refused: tftpErrors.undefined, why: { code: 'too-many-from-address' } }
  }
  if (counts.all() >= limits.transfers) {
    return { refused: tftpErrors.undefined, why: { code: 'too-many-transfers' } }
  }
  return undefined
}

/** A thread holds as many requests that nobody has acknowledged anything of as this part of all places. */
const unheardPart = 4

/** Ends the oldest of them where one more would be too many: forged requests hold no place. */
export function giveWay(
  unheard: ReadonlySet<TftpSession>,
  { transfers }: Occupancy['limits'],
): void {
  const [oldest] = unheard
  if (oldest && unheard.size >= Math.ceil(transfers / unheardPart)) endSession(oldest)
}
