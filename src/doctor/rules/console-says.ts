import type { Rule } from '../case.ts'
import type { ConsoleSign } from '../console-sign.ts'

interface Meaning {
  readonly id: string
  readonly title: string
  readonly advice: string
}

type Words = Exclude<ConsoleSign['kind'], 'ipxe'>

const meanings: { readonly [K in Words]: Meaning } = {
  panic: {
    id: 'kernel-panic',
    title: 'Its kernel panicked',
    advice:
      'Read the lines before it: `bootwright console HOST --kept`. An initrd that belongs to another kernel or is cut, too little memory, or hardware are the usual causes.',
  },
  'no-root': {
    id: 'no-root',
    title: 'Its kernel found no root file system',
    advice:
      'See that kernel and initrd are of one release, that the initrd was loaded whole (`initrd=` in `cmdline` only where a loader wants it), and that `root=` names what is there: the driver of its disk or card may be missing in the initrd.',
  },
  'no-boot-device': {
    id: 'no-boot-device',
    title: 'Its firmware found nothing to boot',
    advice:
      'If it was to netboot: PXE on for this card, and the network first in its boot order. If it was to boot its disk: the install wrote no boot loader that this firmware mode (UEFI or BIOS) can start, or the wrong disk comes first.',
  },
}

/** By iPXE's numbers of POSIX errors (its include/errno.h). */
const errors: ReadonlyMap<number, readonly [what: string, advice: string]> = new Map([
  [
    0x02,
    [
      'it was refused: permission denied',
      'With HTTPS its clock or the certificate is wrong, or the CA is not one that this iPXE trusts; else the server refused it.',
    ],
  ],
  [
    0x0e,
    [
      'nobody listens where it asks',
      'See the address and port in its URL, and that the daemon’s HTTP port is open.',
    ],
  ],
  [
    0x0f,
    ['the connection was cut', 'A firewall, a proxy or a full server between it and this machine.'],
  ],
  [
    0x17,
    [
      'there is no way to the server',
      'See `router` of its network, and that its address and the server’s fit together.',
    ],
  ],
  [
    0x1d,
    [
      'a transfer failed',
      'The server answered with an error, or the card or disk failed: see its timeline for what it asked.',
    ],
  ],
  [
    0x28,
    [
      'there is no way to the server',
      'It has no address, or no router for the address in its URL: see `router` of its network.',
    ],
  ],
  [
    0x2c,
    [
      'iPXE has no driver for its card',
      'Another loader: `loader: snponly.efi`, for BIOS `undionly.kpxe`, uses the firmware’s driver.',
    ],
  ],
  [
    0x2d,
    [
      'a file is not there',
      'See in its timeline which file it asked for; a profile may name one that was moved.',
    ],
  ],
  [
    0x2e,
    [
      'what it fetched is nothing that it can boot',
      'A kernel for another arch or firmware mode, an unsigned one with Secure Boot, or a file that is no kernel.',
    ],
  ],
  [
    0x31,
    [
      'it has too little memory',
      'kernel and initrd need more memory than it has; give it more, or a smaller initrd.',
    ],
  ],
  [
    0x38,
    [
      'its link is down, or it got no address',
      'Cable and switch port (STP: portfast), and whether a DHCP server answers it.',
    ],
  ],
  [
    0x3c,
    [
      'this iPXE cannot do that',
      'HTTPS, a command or an image kind that it was built without: another build of iPXE.',
    ],
  ],
  [0x4b, ['it waited in vain', 'Nobody answered it: firewall, cable, VLAN.']],
  [
    0x4c,
    [
      'it waited in vain for an answer',
      'Its packets or the answers are lost: firewall, MTU, cable, VLAN, or a server that is not reached from its network.',
    ],
  ],
])

function meaningOf(sign: ConsoleSign): Meaning {
  if (sign.kind !== 'ipxe') return meanings[sign.kind]
  const [what, more] = errors.get(sign.error) ?? [
    'it gave up',
    'Read what it says before that line.',
  ]
  return {
    id: 'ipxe-error',
    title: `iPXE gave up: ${what}`,
    advice: `${more} More on this error: https://ipxe.org/${sign.code}`,
  }
}

/** Its serial console ends with why it does not go on. */
export const consoleSays: Rule = ({ host, console: heard }) => {
  if (!heard?.sign) return undefined
  const { id, title, advice } = meaningOf(heard.sign)
  const evidence = [`on its console: ${heard.sign.line.trim().slice(0, 200)}`]
  return { id, title, evidence, advice: advice.replace('HOST', host.name) }
}
