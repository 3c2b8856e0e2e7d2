import Type, { type Static } from 'typebox'
import * as v from './values.ts'

const disk = v.closed({
  name: v.text('Such as /dev/nvme0n1.'),
  size: Type.Number({ description: 'Bytes.' }),
  model: v.nullableText(),
  serial: v.nullableText(),
  bus: Type.Enum(['nvme', 'sata', 'scsi', 'usb', 'virtio', 'mmc']),
  rotational: Type.Boolean({ description: 'As the kernel takes it.' }),
  health: Type.Unsafe<'good' | 'failing' | null>({
    enum: ['good', 'failing', null],
    description: 'By its own word; null where it was not asked.',
  }),
})

const port = v.closed({
  name: v.nullableText('Of the switch; its chassis ID where it has none.'),
  port: v.nullableText(),
  description: v.nullableText('Of the port.'),
})

const nic = v.closed({
  name: v.text(),
  mac: v.nullableText(),
  driver: v.nullableText(),
  speed: v.nullableNumber('Mbit/s; null without a link.'),
  link: Type.Boolean(),
  switch: Type.Unsafe<Static<typeof port> | null>({
    anyOf: [port, { type: 'null' }],
    description: 'The port of a switch that it hangs on, by LLDP; null where none was heard.',
  }),
})

/** What the agent says of a machine. It comes over the wire: an answer may hold anything in its place. */
export const hardware = v.closed(
  {
    vendor: v.nullableText(),
    model: v.nullableText(),
    serial: v.nullableText(),
    uuid: v.nullableText(),
    firmware: v.closed({
      vendor: v.nullableText(),
      version: v.nullableText(),
      mode: Type.Enum(['bios', 'uefi']),
      secureBoot: Type.Unsafe<boolean | null>({ type: ['boolean', 'null'] }),
    }),
    cpus: v.nullableNumber('Processors that the kernel runs on.'),
    cpu: v.nullableText('The model of the first.'),
    memory: v.nullableNumber('Bytes.'),
    disks: Type.Array(disk, { description: 'At most 48.' }),
    nics: Type.Array(nic, { description: 'At most 24.' }),
  },
  'Hardware as the agent reports it; null is what it could not find out.',
)
export type Hardware = Static<typeof hardware>

/** Facts of a machine: those of the agent, or whatever an installer of the operator's sends. */
export const machineFacts = (what: string) =>
  Type.Unsafe<unknown>({
    anyOf: [hardware, {}],
    description: `${what}; null before. Other installers may send other facts.`,
  })
