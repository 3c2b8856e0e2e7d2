import Type, { type Static } from 'typebox'
import { archs } from '../../boot/arch.ts'
import { hostConsole } from './console.ts'
import { running } from './login.ts'
import { hostPower } from './power.ts'
import { profileKeys, scalar, wayKeys } from './profile.ts'
import * as v from './values.ts'

const nic = v.knownKeys(
  {
    mac: v.described(v.mac, { description: 'Hardware address, in any common spelling.' }),
    address: v.key(v.address, 'Address reserved for it.'),
    address6: v.key(v.address6, 'IPv6 address reserved for it.'),
    network: v.key(v.name, 'Network it is plugged into, where the address does not tell.'),
  },
  { title: 'a network card', examples: ['{ mac: 52:54:00:12:34:56 }'] },
)

export const host = v.knownKeys(
  {
    mac: v.key(v.mac, 'Hardware address, in any common spelling.'),
    address: v.key(v.address, 'Address reserved for `mac`, or for the machine that is found.'),
    address6: v.key(v.address6, 'IPv6 address reserved for `mac`.'),
    nics: v.key(
      Type.Array(nic, { title: 'a list of network cards', minItems: 1 }),
      'Network cards, instead of `mac` or beside it.',
    ),
    uuid: v.key(v.uuid, 'SMBIOS UUID of the machine. Without `mac` and `nics` it is found by it.'),
    serial: v.key(
      v.serial,
      'Serial number of the machine (SMBIOS), by which it is found without `mac` and `nics`.',
    ),
    port: v.key(
      v.switchPort,
      'Port of the switch (option 82 of its relay: remote id/circuit id; or by LLDP, as the agent heard it: system name/port), by which whatever hangs on it is found without `mac` and `nics`.',
    ),
    profile: v.key(v.name, 'What to boot. Without it the host is a reservation.'),
    tags: v.key(
      Type.Array(v.tag, { title: 'a list of tags', uniqueItems: true, examples: ['[lab]'] }),
      'Words to choose hosts by: `install --where tag=lab`.',
      [],
    ),
    ...profileKeys,
    ...wayKeys,
    arch: v.key(Type.Enum([...archs]), 'What its firmware is to be taken for, whatever it says.'),
    uefi: v.key(
      Type.Enum(['pxe10', 'binl']),
      'UEFI PXE is told the file at once (pxe10), or on port 4011 only (binl), for firmware that fails otherwise.',
      'pxe10',
    ),
    wake: v.key(
      Type.Boolean({ title: 'true or false' }),
      'Wakes it by Wake-on-LAN when an install is asked for.',
      false,
    ),
    power: v.key(hostPower, 'The way to its power.'),
    console: v.key(hostConsole, 'The way to its serial console.'),
    running: v.key(running, 'The system that runs on it, for `install --by kexec`.'),
    tftpBlockSize: v.key(
      Type.Integer({ title: 'a block size in bytes', minimum: 512, maximum: 1468 }),
      'The largest TFTP block that its firmware can take.',
    ),
    vars: v.key(v.mapOf(v.varName, scalar), 'Values for templates; they win over the profile’s.'),
  },
  { title: 'a host', examples: ['{ mac: 52:54:00:12:34:56, profile: debian }'] },
)

export type RawNic = Static<typeof nic>
export type RawHost = Static<typeof host>
