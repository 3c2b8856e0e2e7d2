import t from 'tap'
import type { Host } from '../../src/boot/host.ts'
import { lifeIn } from '../../src/boot/life-in.ts'
import { consoleSign } from '../../src/doctor/console-sign.ts'
import { diagnose } from '../../src/doctor/diagnose.ts'

const host: Host = { name: 'node1', nics: [], tags: [], vars: {}, console: { by: 'sol' } }

function verdicts(lines: readonly string[]) {
  const sign = consoleSign(lines)
  const empty = {
    steps: [],
    deliveries: [],
    missing: [],
    held: [],
    routers: [],
    isSigned: () => undefined,
  }
  const about = { host, life: lifeIn('idle'), now: 0, ...empty }
  return diagnose({ ...about, console: sign ? { sign } : {} })
}

const boot = '[    0.000000] Linux version 6.1.0-40-amd64 (debian-kernel@lists.debian.org)'
const panic = '[    1.2] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00007f00'
const rows: readonly (readonly [
  what: string,
  lines: readonly string[],
  id?: string,
  advice?: RegExp,
])[] = [
  [
    'a panic',
    [boot, panic, '[    1.3] ---[ end trace ]---'],
    'kernel-panic',
    /console node1 --kept/,
  ],
  [
    'no root: the panic only follows from it',
    [boot, '[ 1.0] VFS: Unable to mount root fs on unknown-block(0,0)', panic],
    'no-root',
  ],
  [
    'an initramfs that gives up',
    [boot, 'ALERT!  /dev/vda1 does not exist.  Dropping to a shell!'],
    'no-root',
  ],
  [
    'SeaBIOS',
    ['Booting from Hard Disk...', 'Boot failed: not a bootable disk', 'No bootable device.'],
    'no-boot-device',
  ],
  [
    'OVMF',
    ['BdsDxe: failed to load Boot0002 "UEFI PXEv4" from PciRoot(0x0): Not Found'],
    'no-boot-device',
  ],
  [
    'a timeout',
    ['http://10.77.0.1:8080/boot.ipxe... Connection timed out (https://ipxe.org/4c0a6092)'],
    'ipxe-error',
    /firewall.*https:\/\/ipxe\.org\/4c0a6092/,
  ],
  [
    '404',
    ['/linux... No such file or directory (http://ipxe.org/2d0c618e)'],
    'ipxe-error',
    /which file/,
  ],
  [
    'no kernel',
    ['Could not boot: Exec format error (https://ipxe.org/2e008081)'],
    'ipxe-error',
    /nothing|another arch/,
  ],
  [
    'a code that nobody knows',
    ['Strange (https://ipxe.org/7f000001)'],
    'ipxe-error',
    /Read what it says/,
  ],
  ['iPXE went on', ['x (https://ipxe.org/4c0a6092)', ...Array(30).fill('line')]],
  ['it came up again', [panic, boot, 'login:']],
  ['nothing at all', []],
  ['login', [boot, 'node1 login: ']],
]
for (const [what, lines, id, advice = /./] of rows) {
  t.test(what, async t => {
    const found = verdicts(lines)
    t.strictSame(
      found.map(verdict => verdict.id),
      id === undefined ? [] : [id],
    )
    if (!found[0]) return
    t.match(found[0].advice, advice)
    t.match(found[0].evidence[0], /^on its console: /)
  })
}
