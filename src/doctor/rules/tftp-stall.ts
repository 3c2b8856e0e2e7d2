import type { ReasonCode } from '../../boot/reason.ts'
import type { Rule } from '../case.ts'
import { allOf, lastOf, seen } from '../evidence.ts'

/** The client itself ended it. */
const byItself: readonly ReasonCode[] = ['client-stopped', 'client-asked-anew']

/** A download by TFTP stops in the middle: large packets do not get through. */
export const tftpStall: Rule = ({ steps, host, now }) => {
  const last = lastOf(steps, 'tftp')
  if (last?.code !== 'failed' || byItself.some(code => code === last.why?.code)) return undefined
  const same = allOf(
    steps,
    'tftp',
    ({ code, name, bytes }) => code === 'failed' && name === last.name && bytes === last.bytes,
  )
  const { bytes = 0, size } = last
  const where = bytes === 0 ? 'at its first block' : `behind byte ${bytes}`
  const now512 = host.tftpBlockSize === 512
  return {
    id: 'tftp-stall',
    title: `The download of ${last.name} by TFTP stops ${where}${size === undefined ? '' : ` of ${size}`}`,
    evidence: same.slice(-3).map(step => seen(step, now)),
    advice: now512
      ? 'Even small blocks are lost: look for a firewall or NAT that drops UDP from port 69 of this machine, and for a bad cable.'
      : 'Blocks are lost on the way, most often because they are larger than the MTU of a tunnel or VLAN allows. Try `tftpBlockSize: 1024`, then 512, at the host. If that does not help, look for a firewall that drops UDP from port 69.',
  }
}
