import type { Arch } from '../arch.ts'
import type { Client } from '../client.ts'
import type { Speaks } from './table.ts'

/** One line of `loaders:` of an arch: the loader of clients that fit. */
export interface LoaderRule {
  readonly file: string
  /** Whose config it asks for, where its name does not tell. */
  readonly speaks?: Speaks
  /** Beginning of the vendor class, DHCP option 60. */
  readonly vendor?: string
  /** Beginnings of MAC addresses, lower case with colons. */
  readonly macs?: readonly string[]
}

/** What the loader of an arch is chosen from. */
export interface LoaderChoice {
  /** What `loaders` of the config says of an arch; the first rule that fits goes before. */
  readonly rules?: ReadonlyMap<Arch, readonly LoaderRule[]>
  /** The loader of each arch that we can serve. */
  readonly loaders: ReadonlyMap<Arch, string>
}

/** The loaders of an arch in the order in which they are tried; the last is for every client that is left. */
export function loadersOf(arch: Arch, { rules, loaders }: LoaderChoice): readonly LoaderRule[] {
  const file = loaders.get(arch)
  const some = rules?.get(arch)?.filter(rule => !fitsAll(rule)) ?? []
  const all = rules?.get(arch)?.find(fitsAll) ?? (file === undefined ? undefined : { file })
  return all ? [...some, all] : some
}

/** The first rule that a client fits. */
export function chooseLoader(
  rules: readonly LoaderRule[],
  { mac, vendorClass = '' }: Pick<Client, 'mac' | 'vendorClass'>,
): LoaderRule | undefined {
  return rules.find(
    ({ vendor = '', macs }) =>
      vendorClass.startsWith(vendor) && (macs?.some(prefix => mac.startsWith(prefix)) ?? true),
  )
}

/** Whether every client fits: what stands behind such a rule is never reached. */
export function fitsAll({ vendor, macs }: LoaderRule): boolean {
  return vendor === undefined && macs === undefined
}
