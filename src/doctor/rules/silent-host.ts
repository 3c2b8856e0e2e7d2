import { span } from '../../base/span.ts'
import { startIn } from '../../boot/life.ts'
import type { Rule } from '../case.ts'
import { isSignOfBoot } from './no-ready.ts'

/** Firmware may take minutes to come to its network card. */
const patience = 300_000

/** An install is asked for, and nothing at all is heard from the machine. */
export const silentHost: Rule = ({ host, life, steps, now }) => {
  const waited = now - life.since
  if (life.state !== 'pending' || waited < patience || steps.some(isSignOfBoot)) return undefined
  // It is started by us: see no-dhcp.ts.
  if (startIn(life)) return undefined
  const macs = host.nics.map(({ mac }) => mac).join(', ')
  return {
    id: 'silent-host',
    title: 'Nothing was heard from it since the install was asked for',
    evidence: [`the install was asked for ${span(waited)} ago`, `no DHCP packet came from ${macs}`],
    advice:
      'Switch it on or reboot it (`wake: true` at the host wakes it by Wake-on-LAN), with the network first in its boot order and PXE switched on for this card. If it does netboot: see that its MAC is right (`bootwright hosts` shows it, strangers are listed by the API), and that it is in this network or behind a DHCP relay.',
  }
}
