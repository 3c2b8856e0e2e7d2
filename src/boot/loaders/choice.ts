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
