import Type, { type Static } from 'typebox'
import { type Arch, archs } from '../../boot/arch.ts'
import { speaks } from '../../boot/loaders/table.ts'
import { defaults } from '../defaults.ts'
import * as v from './values.ts'

const macPrefix = Type.String({
  title: 'the beginning of a MAC address',
  pattern: '^[0-9a-fA-F]{2}(?:[:-][0-9a-fA-F]{2}){0,5}$',
  examples: ['"b8:27:eb"'],
})

const rule = v.knownKeys(
  {
    file: v.described(v.loaderName, {
      description: 'A file in assets/loaders, or what distributions know by this name.',
    }),
    speaks: v.key(
      Type.Enum([...speaks]),
      'Whose config it asks for; default: as its name tells (pxelinux, grub, shim; else ipxe).',
    ),
    vendor: v.key(
      Type.String({ title: 'the beginning of a vendor class', minLength: 1 }),
      'Only for clients whose vendor class (DHCP option 60) begins so.',
    ),
    mac: v.key(
      Type.Array(macPrefix, { title: 'a list of beginnings of MAC addresses', minItems: 1 }),
      'Only for network cards whose MAC address begins so.',
    ),
  },
  { title: 'a loader', examples: ['{ file: lpxelinux.0, mac: ["b8:27:eb"] }'] },
)

const rules = Type.Union(
  [
    v.loaderName,
    rule,
    Type.Array(Type.Union([v.loaderName, rule], { title: 'a loader' }), {
      title: 'a list of loaders',
      minItems: 1,
    }),
  ],
  { title: 'the file name of a loader, or a list of loaders', examples: ['snponly.efi'] },
)

function rulesOf(arch: Arch) {
  return v.key(
    rules,
    `The loader of ${arch}: one, or several of which the first that fits is taken.`,
  )
}

const fallback = v.key(
  Type.Enum(['auto', 'off']),
  'auto: network cards on which an iPXE with drivers of its own was fetched and never heard get one that uses the firmware’s driver (snponly.efi) at the next boot; remembered for the vendor of the card.',
  defaults.loaderFallback,
)

export const loaders = v.knownKeys(
  {
    ...(Object.fromEntries(archs.map(arch => [arch, rulesOf(arch)])) as Record<
      Arch,
      ReturnType<typeof rulesOf>
    >),
    fallback,
  },
  { title: 'a map of loaders', examples: ['{ x64-efi: snponly.efi }'] },
)

export type RawLoaders = Static<typeof loaders>
export type RawRules = Static<typeof rules>
